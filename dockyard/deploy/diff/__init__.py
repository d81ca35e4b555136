"""What differs between two templates: resources, rights and cost. Pure: it asks nobody."""
