"""Rows brought in from CSV and XLSX files: read, checked with a fault for each line, shown before anything is kept."""
