-- What a form takes, its column takes.
ALTER TABLE user
    MODIFY address VARCHAR(128) NULL,
    MODIFY province VARCHAR(64) NULL;

ALTER TABLE plan
    MODIFY name VARCHAR(64) NOT NULL;
