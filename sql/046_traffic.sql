-- What a container received and sent, by months of UTC.
CREATE TABLE vm_traffic (
    vm_id      BIGINT UNSIGNED NOT NULL,
    month      DATE NOT NULL,                       -- its first day
    bytes_in   BIGINT UNSIGNED NOT NULL DEFAULT 0,
    bytes_out  BIGINT UNSIGNED NOT NULL DEFAULT 0,
    told       TINYINT UNSIGNED NOT NULL DEFAULT 0, -- per cent that the owner
                                                    -- was mailed of
    suspended  TINYINT UNSIGNED NOT NULL DEFAULT 0, -- for this month's use
    PRIMARY KEY (vm_id, month),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- What its node had counted when that was added to a month last.  serial grows
-- with each addition, and who adds names the one that it has read.
CREATE TABLE vm_counter (
    vm_id      BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    serial     BIGINT UNSIGNED NOT NULL DEFAULT 0,
    counter    CHAR(16) NOT NULL DEFAULT '',        -- which count of the node
    seen_in    BIGINT UNSIGNED NOT NULL DEFAULT 0,
    seen_out   BIGINT UNSIGNED NOT NULL DEFAULT 0,
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
