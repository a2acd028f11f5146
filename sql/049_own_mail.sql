-- Addresses of mail that users asked for.  hash is the SHA-256 of the link that
-- proves the new one, NULL when it is void; stop that of the link in the notice
-- to the previous one, which ends the change or takes it back.
CREATE TABLE email_change (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id       BIGINT UNSIGNED NOT NULL,
    email         VARCHAR(254) NOT NULL,
    previous      VARCHAR(254) NOT NULL,
    previous_state VARCHAR(16) CHARACTER SET ascii NOT NULL,
    hash          BINARY(32) NULL,
    stop          BINARY(32) NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires       DATETIME(3) NOT NULL,
    used          DATETIME(3) NULL,
    stopped       DATETIME(3) NULL,
    UNIQUE KEY hash (hash),
    UNIQUE KEY stop (stop),
    KEY user_id (user_id),
    KEY email (email),
    KEY created (created),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
