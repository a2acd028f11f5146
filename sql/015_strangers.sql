-- Containers that a node has and we do not know.  A number rests because its
-- container is gone, because a stranger has it, or because the stranger is to
-- be left alone, for which until is far.  tag is that container's, NULL where
-- it has none.
ALTER TABLE number_rest
    ADD COLUMN why ENUM('gone', 'stranger', 'left') NOT NULL DEFAULT 'stranger'
        AFTER ctid,
    ADD COLUMN tag CHAR(16) CHARACTER SET ascii NULL AFTER why;

-- An address is kept back because a container of this node uses it that is none
-- of ours.
ALTER TABLE address
    ADD COLUMN stranger_node INT UNSIGNED NULL AFTER reserved,
    ADD FOREIGN KEY (stranger_node) REFERENCES node (id) ON DELETE SET NULL;

-- Its tag is being given to a container that was there before: until that is
-- done, whoever deletes the row leaves the container where it is.
ALTER TABLE vm
    ADD COLUMN adopting BOOLEAN NOT NULL DEFAULT FALSE AFTER fence;

-- What could not be made because its number was another's never had a container:
-- without a tag of its own it would mean that other one.
UPDATE vm v
    JOIN task t ON t.vm_id = v.id AND t.kind IN ('order', 'create')
        AND t.state = 'failed' AND t.error_code = 'exists'
    JOIN task_step s ON s.task_id = t.id AND s.position = t.step
        AND s.name = 'create'
    SET v.tag = LEFT(SHA2(CONCAT(UUID(), RAND(), v.id), 256), 16)
    WHERE v.tag IS NULL
        AND v.service IN ('create_failed', 'deleting', 'delete_failed');
