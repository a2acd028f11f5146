-- What a plan allows to be sent and received in a month, what becomes of a
-- container that goes beyond it, and the rate that it is held to; a container
-- has its own copy, as of its other limits.  No limit is NULL.
ALTER TABLE plan
    ADD COLUMN traffic_gib     INT UNSIGNED NULL,
    ADD COLUMN traffic_action  ENUM('nothing', 'throttle', 'suspend')
                               NOT NULL DEFAULT 'nothing',
    ADD COLUMN throttle_rate   INT UNSIGNED NOT NULL DEFAULT 1,   -- Mbit/s
    ADD COLUMN rate_in         INT UNSIGNED NULL,
    ADD COLUMN rate_out        INT UNSIGNED NULL;

ALTER TABLE vm
    ADD COLUMN traffic_gib        INT UNSIGNED NULL,
    ADD COLUMN traffic_action     ENUM('nothing', 'throttle', 'suspend')
                                  NOT NULL DEFAULT 'nothing',
    ADD COLUMN throttle_rate      INT UNSIGNED NOT NULL DEFAULT 1,
    ADD COLUMN rate_in            INT UNSIGNED NULL,
    ADD COLUMN rate_out           INT UNSIGNED NULL,
    ADD COLUMN throttled          TINYINT UNSIGNED NOT NULL DEFAULT 0,
    -- it is the quota that suspended it, and lifts that again
    ADD COLUMN traffic_suspended  TINYINT UNSIGNED NOT NULL DEFAULT 0;
