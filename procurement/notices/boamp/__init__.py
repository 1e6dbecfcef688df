"""BOAMP, France's official bulletin of public contracts: records of its open-data API. Pure functions."""
