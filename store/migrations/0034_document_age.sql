-- Documents of alerts of which nothing was released go after a time: those that are there count from now on.
alter table cap_documents add column stored_at timestamptz not null default now();
create index cap_documents_stored_at on cap_documents (stored_at);
-- Whatever removes a document looks for the alerts that name it.
create index cap_alerts_document on cap_alerts (document);
