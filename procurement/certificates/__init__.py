"""Papers that a structure must be able to show: certificates, each with its own rule of issue and expiry."""
