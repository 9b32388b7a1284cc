"""Google's services, spoken to with Google's own client libraries."""
