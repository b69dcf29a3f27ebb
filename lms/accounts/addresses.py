"""What an e-mail address looks like, where no form asks for it."""

from email_validator import EmailNotValidError, validate_email


def is_address(text: str) -> bool:
    """Whether a mail could be sent there; nobody is asked over the network."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return len(text) <= 254
