"""Exchange Online by Microsoft Graph, on requests alone. Imported when an account uses it, and not before."""
