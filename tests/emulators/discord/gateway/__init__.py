"""How does the gateway side of the test server work?  (Sessions, connections, intents, compression.)"""
