"""What does Discord accept in a request body?  (Messages, embeds, components, modals, commands.)"""
