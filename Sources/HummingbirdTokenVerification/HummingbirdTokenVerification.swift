// HummingbirdTokenVerification
