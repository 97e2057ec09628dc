"""What the pages Filters and Feature maps are made of: views of what a network is and does inside."""
