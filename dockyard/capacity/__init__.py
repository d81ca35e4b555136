"""What fits on which server, and what that costs: arithmetic over two dated tables. Nothing is asked of AWS."""
