-- Since when a container is suspended; of those that are, when their last
-- suspension ended.
ALTER TABLE vm
    ADD COLUMN suspended_at DATETIME(3) NULL AFTER suspended_reason;

UPDATE vm v SET v.suspended_at = (SELECT MAX(t.finished) FROM task t
        WHERE t.vm_id = v.id AND t.kind = 'suspend' AND t.state = 'done')
    WHERE v.service = 'suspended';
