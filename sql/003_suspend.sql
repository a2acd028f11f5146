-- Why an administrator suspended a container, for its owner to read.
ALTER TABLE vm ADD COLUMN suspended_reason VARCHAR(200) NULL AFTER service;
