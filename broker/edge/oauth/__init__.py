"""The broker as an authorization server (RFC 6749, RFC 8693): who may open which task, in the words of OAuth."""
