"""What every page looks like: layout, components, forms, navigation and error pages."""
