"""The provider simulator: plays SMS gateways, WhatsApp and a mail server over real HTTP and SMTP. Refused in production."""
