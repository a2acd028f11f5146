-- A mail that is not sent, because another one takes its place: the address of
-- an order was corrected.  What was in it is gone.
ALTER TABLE mail
    MODIFY state  ENUM('held', 'queued', 'sent', 'failed', 'bounced',
                       'cancelled')
                  NOT NULL DEFAULT 'held';
