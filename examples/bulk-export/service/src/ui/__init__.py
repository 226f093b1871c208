"""The user interface: pages and the components they are made of."""
