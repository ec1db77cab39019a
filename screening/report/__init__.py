"""What people read: tables and the officer's report."""
