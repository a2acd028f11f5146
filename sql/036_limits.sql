-- No limit is NULL, as in the other limits of a container; it was 0 here.  An
-- older module still writes 0, which reads the same.
ALTER TABLE plan
    MODIFY cpu_percent INT UNSIGNED NULL;

ALTER TABLE vm
    MODIFY cpu_percent INT UNSIGNED NULL;

UPDATE plan SET cpu_percent = NULL WHERE cpu_percent = 0;

UPDATE vm SET cpu_percent = NULL WHERE cpu_percent = 0;
