"""Which clients, written by others, judge the Discord test server?"""
