-- The standard KPIs by team and month, as one would write them by hand for DuckDB.
--
-- Reads views or tables opportunities, rep_nodes, org_levels and org. $first is the first day of the first month, $months
-- their number, $as_of the day as of which all is told. Nobody changed teams, and nothing closed after $as_of: this
-- holds for the generated sample, and whoever writes by hand would make use of it.
WITH place AS (
    SELECT rep_id, team FROM rep_nodes JOIN org_levels USING (node)
),
-- One scan: month 0 is the first, -1 stands for all before (and for no known day of creation), $months for all after.
cell AS (
    SELECT
        team,
        status,
        stage,
        probability,
        greatest(-1, datediff('month', $first, created_on)) AS c,
        CASE
            WHEN closed_on IS NULL THEN $months
            ELSE greatest(-1, datediff('month', $first, closed_on))
        END AS x,
        datediff('month', $first, expected_close_on) AS k,
        count(*) AS n,
        count(created_on) AS dated,
        sum(amount) AS amount,
        sum(expected_amount) AS expected,
        sum(CASE WHEN created_on IS NOT NULL THEN expected_amount END) AS expected_dated,
        sum(closed_on - created_on) AS days
    FROM opportunities
    LEFT JOIN place USING (rep_id)
    GROUP BY ALL
),
-- A second scan, because quantiles do not add up.
middle AS (
    SELECT
        team,
        datediff('month', $first, closed_on) AS m,
        quantile_cont(amount, 0.5) AS median_deal,
        quantile_cont(closed_on - created_on, [0.5, 0.9]) AS cycle
    FROM opportunities
    LEFT JOIN place USING (rep_id)
    WHERE status = 'won' AND closed_on >= $first
    GROUP BY ALL
),
closed AS (
    SELECT
        team,
        x AS m,
        coalesce(sum(amount) FILTER (status = 'won'), 0) AS won_amount,
        coalesce(sum(n) FILTER (status = 'won'), 0) AS won_count,
        coalesce(sum(n) FILTER (status = 'lost'), 0) AS lost_count,
        sum(n) AS closed_count,
        coalesce(sum(expected) FILTER (status = 'won'), 0) AS won_expected_amount,
        sum(expected) AS closed_expected_amount,
        coalesce(sum(days) FILTER (status = 'won'), 0) AS won_cycle_days,
        coalesce(sum(dated) FILTER (status = 'won'), 0) AS won_dated_count,
        sum(days) AS exit_days,
        sum(dated) AS exit_dated_count
    FROM cell
    WHERE x BETWEEN 0 AND $months - 1
    GROUP BY ALL
),
created AS (
    SELECT
        team,
        c AS m,
        sum(dated) AS created_count,
        sum(expected_dated) AS created_amount,
        coalesce(sum(n) FILTER (status = 'won'), 0) AS cohort_won_count,
        coalesce(sum(n) FILTER (status <> 'open'), 0) AS cohort_closed_count
    FROM cell
    WHERE c BETWEEN 0 AND $months - 1
    GROUP BY ALL
),
-- What is open on the last day of a month is what came by then less what went by then; who closed before he was
-- created was never open.
event AS (
    SELECT team, c AS m, k, probability, n, expected FROM cell
    UNION ALL
    SELECT team, greatest(c, x), k, probability, -n, -expected FROM cell
),
change AS (
    SELECT
        team,
        m,
        sum(n) AS n,
        sum(expected) AS expected,
        sum(n) FILTER (k IS NULL) AS undated_n,
        sum(expected) FILTER (k IS NULL) AS undated,
        sum(expected * probability) AS weighted,
        sum(expected) FILTER (probability IS NULL) AS unweighted
    FROM event
    WHERE m < $months
    GROUP BY ALL
),
grid AS (
    SELECT team, unnest(range(-1, $months)) AS m FROM (SELECT DISTINCT team FROM cell)
),
standing AS (
    SELECT
        grid.team,
        grid.m,
        coalesce(sum(n) OVER so_far, 0) AS n,
        coalesce(sum(expected) OVER so_far, 0) AS expected,
        coalesce(sum(undated_n) OVER so_far, 0) AS undated_n,
        coalesce(sum(undated) OVER so_far, 0) AS undated,
        coalesce(sum(weighted) OVER so_far, 0) AS weighted,
        coalesce(sum(unweighted) OVER so_far, 0) AS unweighted
    FROM grid
    LEFT JOIN change ON change.team IS NOT DISTINCT FROM grid.team AND change.m = grid.m
    WINDOW so_far AS (PARTITION BY grid.team ORDER BY grid.m)
),
-- What is expected to close in a month and was open at its end; with what has no such date it can close then.
closable AS (
    SELECT team, k AS m, sum(expected) AS expected
    FROM cell
    WHERE k BETWEEN 0 AND $months - 1 AND c <= k AND greatest(c, x) > k
    GROUP BY ALL
),
-- The win rate of all that had closed by the end of a month, for deals without a probability.
rate AS (
    SELECT
        x AS m,
        sum(sum(n) FILTER (status = 'won')) OVER so_far AS won,
        sum(sum(n)) OVER so_far AS closed
    FROM cell
    WHERE x < $months
    GROUP BY x
    WINDOW so_far AS (ORDER BY x)
),
told AS (
    SELECT
        grid.team,
        grid.m,
        closed.* EXCLUDE (team, m),
        created.* EXCLUDE (team, m),
        middle.* EXCLUDE (team, m),
        standing.* EXCLUDE (team, m),
        before.n AS open_at_start_count,
        closable.expected AS closable_dated,
        rate.won / rate.closed AS rate_so_far
    FROM grid
    JOIN standing ON standing.team IS NOT DISTINCT FROM grid.team AND standing.m = grid.m
    JOIN standing AS before ON before.team IS NOT DISTINCT FROM grid.team AND before.m = grid.m - 1
    LEFT JOIN closed ON closed.team IS NOT DISTINCT FROM grid.team AND closed.m = grid.m
    LEFT JOIN created ON created.team IS NOT DISTINCT FROM grid.team AND created.m = grid.m
    LEFT JOIN middle ON middle.team IS NOT DISTINCT FROM grid.team AND middle.m = grid.m
    LEFT JOIN closable ON closable.team IS NOT DISTINCT FROM grid.team AND closable.m = grid.m
    LEFT JOIN rate ON rate.m = grid.m
)
SELECT
    org.name AS team,
    strftime($first + to_months(CAST(m AS INTEGER)), '%Y-%m') AS month,
    coalesce(won_amount, 0) AS won_amount,
    coalesce(won_count, 0) AS won_count,
    coalesce(lost_count, 0) AS lost_count,
    coalesce(closed_count, 0) AS closed_count,
    coalesce(won_expected_amount, 0) AS won_expected_amount,
    coalesce(closed_expected_amount, 0) AS closed_expected_amount,
    median_deal,
    cycle[1] AS median_cycle_days,
    coalesce(won_cycle_days, 0) AS won_cycle_days,
    coalesce(won_dated_count, 0) AS won_dated_count,
    coalesce(exit_days, 0) AS exit_days,
    coalesce(exit_dated_count, 0) AS exit_dated_count,
    cycle[2] AS long_cycle_days,
    coalesce(created_count, 0) AS created_count,
    coalesce(created_amount, 0) AS created_amount,
    coalesce(cohort_won_count, 0) AS cohort_won_count,
    coalesce(cohort_closed_count, 0) AS cohort_closed_count,
    n AS open_count,
    expected AS open_amount,
    CAST(round_even(weighted + unweighted * coalesce(rate_so_far, 0), 0) AS BIGINT) AS weighted_amount,
    open_at_start_count,
    undated + coalesce(closable_dated, 0) AS closable_amount,
    undated_n AS open_undated_count,
    won_count / nullif(closed_count, 0) AS win_rate,
    won_expected_amount / nullif(closed_expected_amount, 0) AS win_rate_value,
    cohort_won_count / nullif(created_count, 0) AS win_rate_cohort,
    cohort_won_count / nullif(cohort_closed_count, 0) AS win_rate_cohort_closed,
    won_amount / nullif(won_count, 0) AS average_deal,
    won_cycle_days / nullif(won_dated_count, 0) AS mean_cycle_days,
    open_at_start_count * (won_count / nullif(closed_count, 0)) * (won_amount / nullif(won_count, 0))
        / nullif(exit_days / nullif(exit_dated_count, 0), 0) AS sales_velocity
FROM told
LEFT JOIN org ON org.node = told.team
WHERE m >= 0 AND $first + to_months(CAST(m AS INTEGER)) <= $as_of
ORDER BY ALL NULLS FIRST
