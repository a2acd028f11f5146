-- What happened in a step and when, the newest of it: lines as
-- src/panel/task_log.h describes them.
ALTER TABLE task_step ADD COLUMN
    log           VARCHAR(8192) CHARACTER SET ascii NOT NULL DEFAULT ''
    AFTER detail;
