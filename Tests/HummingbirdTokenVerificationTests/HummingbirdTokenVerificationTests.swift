// HummingbirdTokenVerificationTests
