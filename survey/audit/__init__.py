"""The audit chain: every act of a staff account or command, each entry holding the hash of the one before."""
