-- Links by which somebody who forgot a password chooses another one.  hash is
-- the SHA-256 of what the link holds.
CREATE TABLE reset (
    hash          BINARY(32) NOT NULL PRIMARY KEY,
    user_id       BIGINT UNSIGNED NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires       DATETIME(3) NOT NULL,
    used          DATETIME(3) NULL,
    KEY user_id (user_id),
    KEY expires (expires),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
