"""Any table of the pages as a file: CSV and XLSX."""
