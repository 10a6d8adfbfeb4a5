"""The forms that HQ's database has had."""
