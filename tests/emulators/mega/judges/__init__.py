"""Who says that the test server speaks MEGA's protocol? Four clients that nobody here wrote, unmodified.

Each stores the files of a local folder in a folder of the account, and fetches such a folder.
"""
