"""How does the REST side of the test server work?  (One table of routes, one gate in front of them.)"""
