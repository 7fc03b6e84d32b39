"""What each report shows: tables, figures and prose made from a computation; one module per field."""
