"""The review room's server: REST API and pages, a folder a domain.

Routes are thin: they parse, call the store or the workflow, and render. What they share is in the modules here.
"""
