from tests.peers.fixtures import authority, customer, customer_voice, our_voice, pbx, phones, prompt, server_files

__all__ = ["authority", "customer", "customer_voice", "our_voice", "pbx", "phones", "prompt", "server_files"]
