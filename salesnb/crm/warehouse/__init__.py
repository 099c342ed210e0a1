"""Warehouses: data that stays in PostgreSQL, in Spark, in a DuckDB file or in Parquet, and is computed there."""

from salesnb.crm.warehouse.dataset import Warehouse, WarehouseSettings

__all__ = ["Warehouse", "WarehouseSettings"]
