-- A document as it came, once for all that was made of it. Two offices may bring two documents under one name, one of
-- them forged: each broadcast keeps its own, by `source ->> 'document'`.
create table cap_documents (
  -- SHA-256 in hexadecimal digits.
  digest text primary key,
  xml bytea not null
);
insert into cap_documents (digest, xml) select encode(sha256(xml), 'hex'), xml from cap_alerts on conflict do nothing;
alter table cap_alerts add column document text references cap_documents (digest);
update cap_alerts set document = encode(sha256(xml), 'hex'), xml = '';
update broadcasts b set source = source || jsonb_build_object('document', a.document)
from cap_alerts a where b.broadcast_no = any (a.broadcast_nos) and b.source is not null;
-- New rows have the document only; an older platform on this database still writes and never reads it.
alter table cap_alerts alter column xml drop not null;

-- The later alert of the same sender that this one no longer stands beside:
-- `{sender, identifier, sent, msgType, at, why}`. Whoever submits or releases it has to say that they know.
alter table broadcasts add column superseded_by jsonb;

-- What was read from alerts before must not end what it is no match for, when it is released now.
update broadcasts b
set replaces_nos = array(
  select o.broadcast_no from broadcasts o
  where o.broadcast_no = any (b.replaces_nos) and o.mode = b.mode
    and (o.source ->> 'signature' is distinct from 'verified' or b.source ->> 'signature' = 'verified')
  order by o.broadcast_no)
where b.released_at is null and b.source is not null and b.replaces_nos <> '{}';

-- The same identifier with another time of sending is a correction: it is looked for without the time.
create index cap_alerts_identifier on cap_alerts (identifier, sender);
