"""Reproducible annual reports for Kommunekontaktrådet (KKR)."""
