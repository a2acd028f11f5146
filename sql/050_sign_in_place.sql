-- Networks that a user has signed in from: the first 16 bits of an address of
-- IPv4, 32 of IPv6.  A user without any has not signed in since there are these
-- rows.
CREATE TABLE sign_in_place (
    user_id       BIGINT UNSIGNED NOT NULL,
    network       INT UNSIGNED NOT NULL,
    seen          DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (user_id, network),
    KEY seen (seen),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
