"""What people call the columns that salesnb knows, most telling first; letters and digits only."""

import re

__all__ = ["LEVELS", "LOST", "NAMES", "WON", "folded"]

_WORDS: dict[str, dict[str, str]] = {
    "opportunities": {
        "opportunity_id": (
            "opportunityid opportunityid18 oppid oppno opportunitynumber dealid dealnumber recordid leadid"
            " dealno oppnumber opportunityno donotmodifyopportunity ticketid quoteid id key no nr number"
        ),
        "name": "opportunityname dealname opportunitytitle dealtitle name opportunity deal title subject topic bezeichnung",
        "account_id": (
            "accountid accountname account customerid customername customer companyname company client clientname"
            " associatedcompany organization organisation potentialcustomer kunde kundenname firma"
        ),
        "rep_id": (
            "ownerid opportunityowner dealowner owner ownername salesrepid salesrep repid rep repname salesagent"
            " salesperson salespersonname accountexecutive ae seller agent assignedto employeeid opportunityinhaber"
            " inhaber verkaufer vertriebler vertriebsmitarbeiter zustandig"
        ),
        "product": "product productname productid item sku solution productline produkt",
        "stage": "stagename dealstage opportunitystage salesstage pipelinestage stage phase status dealstatus state",
        "amount": (
            "closevalue amount dealamount dealvalue opportunityamount actualrevenue value salesamount wonamount contractvalue tcv acv"
            " arr revenue totalprice saleprice sales price total betrag umsatz"
        ),
        "expected_amount": (
            "expectedamount expectedvalue expectedrevenue estrevenue estimatedrevenue potentialvalue pipelinevalue"
            " forecastamount"
        ),
        "created_on": (
            "createddate createdate createdon createdat created dateopened opendate openeddate openedon engagedate"
            " createdtime creationdate datecreated entrydate startdate opportunitycreateddate leaddate erstelltam erstelldatum"
            " angelegtam"
        ),
        "closed_on": (
            "closedate closeddate closedon closedat dateclosed actualclosedate closingdate decisiondate wondate enddate closed"
            " abschlussdatum schlusstermin schlussdatum"
        ),
        "expected_close_on": (
            "expectedclosedate expectedclosedon expectedcloseon expectedclose estimatedclosedate estclosedate"
            " targetclosedate forecastclosedate"
        ),
        "probability": (
            "probability probabilitypercent winprobability dealprobability closeprobability prob likelihood"
            " wahrscheinlichkeit wahrscheinlichkeitpercent"
        ),
        "forecast_category": "forecastcategory forecastcategoryname commitcategory",
        "loss_reason": "lossreason lostreason closedlostreason reasonlost reasonforloss verlustgrund",
        "next_step": "nextstep nextsteps nextaction nachsterschritt",
        "currency": "currency currencycode currencyisocode amountcurrency dealcurrency wahrung betragwahrung",
    },
    "orders": {
        "order_id": (
            "orderid orderno ordernumber ordernr salesorderid salesordernumber salesorder invoiceid invoiceno invoicenumber"
            " transactionid saleid receiptno auftragsnummer auftragsnr bestellnummer rechnungsnummer order id number no key"
        ),
        "account_id": (
            "accountid accountname account customerid customernumber customername customer clientid clientname client companyname"
            " company buyer soldto kundennummer kundenname kunde firma"
        ),
        "rep_id": (
            "ownerid orderowner owner ownername salesrepid salesrepname salesrep repid repname rep salesagent salespersonid"
            " salesperson salespersonname accountexecutive ae seller soldby agent assignedto employeeid verkaufer vertriebler"
        ),
        "product": (
            "product productname productid productcode item itemname itemid sku article solution productline produkt artikel"
        ),
        "ordered_on": (
            "orderedon orderdate ordereddate dateordered orderedat invoicedate saledate salesdate transactiondate purchasedate"
            " bookingdate bookedon bestelldatum auftragsdatum rechnungsdatum orderday date datum createdat createdon"
        ),
        "amount": (
            "amount orderamount orderamounttotal ordertotal totalamount netamount linetotal lineamount total ordervalue"
            " netvalue value salesamount sales extendedprice totalprice revenue betrag umsatz summe"
        ),
        "quantity": "quantity qty units quantityordered orderedquantity menge anzahl stuck",
        "currency": "currency currencycode currencyisocode ordercurrency wahrung",
    },
    "accounts": {
        "account_id": "accountid id customerid companyid account accountname customer name company",
        "name": "accountname name companyname company customername customer account",
        "sector": "sector industry vertical branche segment",
        "employees": "employees numberofemployees employeecount headcount",
        "revenue": "annualrevenue revenue turnover",
        "country": "country billingcountry officelocation location countryregion land",
    },
    "reps": {
        "rep_id": "repid userid ownerid employeeid salesagent salesrep rep id agent salesperson number name",
        "name": "fullname name repname salesagent salesrep salesperson rep agent ownername employeename",
        "email": "email emailaddress mail",
        "start_on": "startdate startedon starton hiredate hiredon joined",
        "end_on": "enddate endedon endon leavedate lefton terminationdate",
        "node": "node nodeid",
    },
    "products": {
        "product": "productid productcode sku product productname name item",
        "family": "family productfamily series category productcategory productline line",
        "list_price": "listprice salesprice price unitprice standardprice",
    },
}
NAMES = {
    table: {field: tuple(words.split()) for field, words in fields.items()}
    for table, fields in _WORDS.items()
}

# Columns of reps that are levels of the organisation.
LEVELS: dict[str, tuple[str, ...]] = {
    "team": (
        "team", "teamname", "salesteam", "hubspotteam", "squad", "manager", "managername", "salesmanager",
        "supervisor", "group", "ownerrole",
    ),
    "region": (
        "region", "salesregion", "regionaloffice", "territory", "area", "office", "division", "businessunit",
        "market",
    ),
}  # fmt: skip

WON = re.compile(
    r"(closed[ _-]*)?won\b.*|\d+ ?[-.] ?closed[ _-]*won|signed|contract signed|success(ful)?|order(ed)?|booked"
    r"|((ab)?geschlossen[ ,/&-]*(und )?)?gewonnen|gagn[ée]e?|ganad[oa]|vint[oa]"
)
LOST = re.compile(
    r"(closed[ _-]*)?lost\b.*|\d+ ?[-.] ?closed[ _-]*lost|dead|disqualified|abandoned|cancell?ed|declined|no decision"
    r"|((ab)?geschlossen[ ,/&-]*(und )?)?verloren|perdue?|perdid[oa]"
)


def folded(text: str) -> str:
    """Bring a name to its letters and digits.

    Examples
    --------
    >>> folded("Close Date (UTC)")
    'closedateutc'
    >>> folded("Probability (%)")
    'probabilitypercent'
    """
    return re.sub(r"[^a-z0-9]", "", text.casefold().replace("%", "percent").replace("ä", "a"))
