-- Public SSH keys of people, and which of them each container got.
CREATE TABLE user_key (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id       BIGINT UNSIGNED NOT NULL,
    name          VARCHAR(64) NOT NULL,
    type          VARCHAR(24) CHARACTER SET ascii NOT NULL,
    body          TEXT CHARACTER SET ascii NOT NULL,        -- base64
    fingerprint   CHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY fingerprint (user_id, fingerprint),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- A key that a container has is not deleted.
CREATE TABLE vm_key (
    vm_id         BIGINT UNSIGNED NOT NULL,
    key_id        BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (vm_id, key_id),
    KEY key_id (key_id),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE,
    FOREIGN KEY (key_id) REFERENCES user_key (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
