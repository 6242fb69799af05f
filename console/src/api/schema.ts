// sha256 06c91c308c7c3523e62e7332b693d3d9e90d5ac00341f8047e385c33e500d83b of test/api/openapi.json; written by `npm run console:types`
export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liveness of the process */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Readiness of the platform */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus metrics */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a page has to know before anybody has signed in */
        get: operations["getConsole"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My sessions, newest first */
        get: operations["listSessions"];
        put?: never;
        /**
         * Sign in with a password
         * @description For people. After some failed attempts the next ones are refused for a while (`too_many_attempts`, with `Retry-After`); from an address where this person has signed in before, what strangers try does not count.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session of this request, with its CSRF token */
        get: operations["getCurrentSession"];
        put?: never;
        post?: never;
        /** Sign out */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{no}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of my sessions */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/oidc/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sign in through the identity provider
         * @description For browsers: leads to the provider, which leads back to the callback.
         */
        get: operations["startProviderSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The callback to which the identity provider sends the browser back
         * @description Sets the session's cookie and goes on to where the sign-in was begun.
         */
        get: operations["finishProviderSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I, and what may I do? */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change my password
         * @description Ends my other sessions.
         */
        put: operations["changeMyPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to set up a second factor
         * @description It counts once its first code has come, within ten minutes.
         */
        post: operations["startMyTotp"];
        /**
         * Remove my second factor
         * @description It takes a code of the second factor; for a person who has lost the phone, an administrator removes it. No open session counts as opened with a second factor from then on.
         */
        delete: operations["removeMyTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Finish setting up a second factor */
        post: operations["confirmMyTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tenants
         * @description The tenants that the caller's own areas name.
         */
        get: operations["listTenants"];
        put?: never;
        /**
         * Add a tenant
         * @description For administrators of the whole platform.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tenant */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Rename a tenant, or shut it out
         * @description For administrators of the whole platform.
         */
        patch: operations["updateTenant"];
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * People
         * @description The people whose grants all lie within the caller's own areas.
         */
        get: operations["listPeople"];
        put?: never;
        /**
         * Add a person
         * @description Within their own areas, administrators may also grant rights that they do not have themselves. Approvers and duty officers wait before they decide on broadcasts, unless another administrator confirms: `GET /v1/access/changes`.
         */
        post: operations["createPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One person */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a person, or shut them out */
        patch: operations["updatePerson"];
        trace?: never;
    };
    "/v1/people/{id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the grants of a person
         * @description The whole list: what is not in it is taken away. Within their own areas, administrators may also grant rights that they do not have themselves. A new grant of approver or duty officer, or a wider one, waits; one that is in the list unchanged goes on.
         */
        put: operations["setPersonGrants"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a person a new password
         * @description Ends all of their sessions. Their second factor stays. An approver or duty officer waits before they decide, as after a new grant.
         */
        put: operations["resetPersonPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove the second factor of a person who has lost it
         * @description No open session of theirs counts as opened with a second factor from then on. An approver or duty officer waits before they decide, as after a new grant.
         */
        delete: operations["resetPersonTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The open sessions of a person, newest first */
        get: operations["listPersonSessions"];
        put?: never;
        post?: never;
        /**
         * End all sessions of a person
         * @description Their password and second factor stay: they sign in again. Their live streams are cut.
         */
        delete: operations["endPersonSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Applications
         * @description The applications whose grants all lie within the caller's own areas.
         */
        get: operations["listApplications"];
        put?: never;
        /**
         * Add an application
         * @description It needs a key to come in: `POST /v1/applications/{id}/keys`. Within their own areas, administrators may also grant rights that they do not have themselves.
         */
        post: operations["createApplication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One application */
        get: operations["getApplication"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename an application, or shut it out */
        patch: operations["updateApplication"];
        trace?: never;
    };
    "/v1/applications/{id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the grants of an application
         * @description The list replaces all grants: those that are not in it are taken away. Within their own areas, administrators may also grant rights that they do not have themselves.
         */
        put: operations["setApplicationGrants"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the owner of an application, who answers for it
         * @description Its submissions from now on count as this person's.
         */
        put: operations["setApplicationOwner"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Keys of an application, newest first
         * @description The list includes keys that have ended, and never the keys themselves. It comes all at once: `nextCursor` is always null.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make a key
         * @description The answer shows it; it cannot be read again.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/keys/{prefix}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key in place of another
         * @description The old key goes on for the overlap, so that the application can change over without a gap.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/keys/{prefix}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description The key ends at once and for good, and the platform cuts its open streams.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Displays, newest first
         * @description The list includes displays that were revoked.
         */
        get: operations["listDisplays"];
        put?: never;
        /**
         * Set up a display
         * @description The answer shows a code, which is typed at the screen: that browser then reads the area for 90 days, whether it is used or not, and can change nothing.
         */
        post: operations["createDisplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make this browser a display
         * @description Sets the cookie of a session that only reads. It ends the browser that was this display before. After some wrong codes the next ones are refused for a while (`too_many_attempts`, with `Retry-After`).
         */
        post: operations["redeemDisplayCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/{id}/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make another code for a display
         * @description For another browser, e.g. when the computer at the wall was replaced: the one so far goes on until the code is used. An earlier code that still waits is no longer good.
         */
        post: operations["renewDisplayCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/displays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a display
         * @description For good, and at once: its streams are cut, and its code is no longer good.
         */
        delete: operations["revokeDisplay"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes that wait for a second administrator, newest first
         * @description Approvers and duty officers who were made, granted, reset or let in again over HTTP take the steps that make a speaker sound only after a while (`PRIVILEGED_GRANT_DELAY_HOURS`), or once this is confirmed. With `person` the list also has changes to how this person signs in while they have no such role yet: these count when they are given one.
         */
        get: operations["listAccessChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/changes/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let it hold at once
         * @description A person confirms, and must share no maker with the people who asked for the change, made the person or changed how they sign in. Earlier changes by the same administrator to the same person are confirmed with it.
         */
        post: operations["confirmAccessChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/changes/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take it back
         * @description The platform takes away the grants that it gave. Where it made the person, or touched how they sign in, they are shut out until an administrator lets them in again, and the password opens nothing any more.
         */
        post: operations["refuseAccessChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Device kinds
         * @description All of them at once: `nextCursor` is always null.
         */
        get: operations["listKinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/kinds/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One device kind */
        get: operations["getKind"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Devices, by default in the order in which they were added */
        get: operations["listDevices"];
        put?: never;
        /**
         * Add a device
         * @description Answers with the device's MQTT credentials. The token cannot be read again. What has come from a device with one of its identities before is taken in.
         */
        post: operations["createDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The number of devices, by status or by another field of which each device has one value */
        get: operations["countDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One device */
        get: operations["getDevice"];
        put?: never;
        post?: never;
        /**
         * Take a device out of service
         * @description It can no longer connect, and its id may be given again. Its readings stay and count in its region's series.
         */
        delete: operations["deleteDevice"];
        options?: never;
        head?: never;
        /** Change a device */
        patch: operations["updateDevice"];
        trace?: never;
    };
    "/v1/devices/{id}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a device a new token
         * @description The previous token is void at once.
         */
        post: operations["rotateCredentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-points": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The devices in a box, for a map
         * @description Those that have a location, at most 10000. Coordinates are WGS 84, as stored; maps of China in GCJ-02 or BD-09 need them converted.
         */
        get: operations["listDevicePoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A device's newest reading
         * @description Newest by the device's clock: a late reading never takes its place. `reading` is one message as it came; `metrics` has the newest value of each quantity, also of quantities that this message left out.
         */
        get: operations["getLatestReading"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A device's readings
         * @description From `from` on and before `to`. As CSV without a limit: all of them, streamed.
         */
        get: operations["listReadings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recorded exchanges of a meter */
        get: operations["listExchanges"];
        put?: never;
        /**
         * Record that a meter was exchanged
         * @description Usage up to `oldRegister` counts on the old register and then goes on from `newRegister`. It belongs to the readings after the exchange, and is right at once.
         */
        post: operations["recordExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/exchanges/{exchange}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a recorded exchange away
         * @description Usage is as if the exchange had never been recorded. The audit keeps it.
         */
        delete: operations["removeExchange"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/repairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The repairs of a device's readings, newest first */
        get: operations["listRepairs"];
        put?: never;
        /**
         * Void or correct a device's readings
         * @description In a range of the device's time, at most 50,000 readings. The platform keeps them as they were, and the repair can be undone. Sums and newest values are right at once; alarms stay as they are.
         */
        post: operations["makeRepair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/repairs/{repair}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The readings that a repair voided or corrected, as they were before it
         * @description In the order of the device's clock; the list is empty for an unknown repair.
         */
        get: operations["listRepairedReadings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/repairs/{repair}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo a repair
         * @description Its readings are as they were. Values that the device has sent for these moments since then stand, and are merged with them; values that they contradict are on record as rejections `conflict`, marked `partial`, which can be replayed. A later repair of the same readings has to be undone first.
         */
        post: operations["undoRepair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest values of many devices
         * @description The newest value of each quantity by the device's clock, with its moment, for the devices of a kind in the order in which they were added. Devices that have never reported are listed too.
         */
        get: operations["listLatest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A device's values in buckets of time */
        get: operations["getDeviceSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The values of many devices in buckets of time, by region or device
         * @description A page holds at most 100,000 buckets, so it may have fewer groups than `limit`. Sums of a region include devices that were deleted or moved away since. Grouped by device, these are listed too, each with its readings from there. A device above the level is listed under its own region.
         */
        get: operations["getFleetSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The account of everything that many devices sent
         * @description One item for each device, in the order in which they were added; with `groupBy=kind` one for each kind.
         */
        get: operations["listLedgers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account of everything that a device sent */
        get: operations["getLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/unknown-devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Devices that nobody has registered, the latest heard first
         * @description They belong to no region and no tenant: only callers who see everything see them. `POST /v1/devices` with the identity registers one, and takes in the messages that are kept.
         */
        get: operations["listUnknownDevices"];
        put?: never;
        post?: never;
        /**
         * Forget all unknown devices that came last from an address
         * @description As after a flood of made-up identities. Of IPv6 it is the /64 around the address. Callers who do not see everything forget none.
         */
        delete: operations["forgetUnknownDevices"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/unknown-devices/{scheme}/{value}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forget an unknown device, with the messages that are kept
         * @description None of them was acknowledged. One that comes again is on record again. Only callers who see everything forget one.
         */
        delete: operations["forgetUnknownDevice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rejections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rejected messages, newest first */
        get: operations["listRejections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rejection-counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The number of rejected messages by reason, kind or door, the most frequent first */
        get: operations["countRejections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rejections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A rejected message with its payload */
        get: operations["getRejection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rejections/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a rejected message
         * @description For use after a fix: the message goes through the same checks as when it came. Only the present holder of the device may replay, and only readings since they have had it.
         */
        post: operations["replayRejection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The children of a region, all regions in it, or those with a name
         * @description Those within your limits, and the regions above them. An answer has an `ETag`: asked again with `If-None-Match`, it is 304 as long as nothing has changed.
         */
        get: operations["listRegions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One region with its ancestors and devices */
        get: operations["getRegion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The devices by status, active alarms and open broadcasts of each part of a region
         * @description The parts are those within your limits, and those above them, with the numbers that you may see; at most 5000. The same numbers as of the lists with `region`: of devices with `status`, of alarms, and of broadcasts.
         */
        get: operations["getSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events, newest first by the devices' clocks */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alarms, newest first or most urgent first
         * @description Active ones unless `state` says otherwise.
         */
        get: operations["listAlarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alarms/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge an alarm
         * @description Acknowledging again changes nothing: the first name, time and note stay. An alarm that nothing else clears (`latched` in its kind) is cleared as well.
         */
        post: operations["acknowledgeAlarm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a command to a device
         * @description The platform hands it over at once or not at all: it keeps nothing for a device that is away. A device without a connection of its own gets it through its gateway, if that listens. Speakers obey signed commands only, see `/v1/broadcasts`. The parameters of a command that the device's kind defines (`GET /v1/kinds`) are checked.
         */
        post: operations["sendCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{id}/replies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The replies of a device to commands, newest first by its clock */
        get: operations["listReplies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Broadcasts, newest first
         * @description Those of your own tenant, and those that reach into regions where you may read broadcasts. With `q` a page may be short or empty and have a `nextCursor` all the same: 5,000 broadcasts are looked through at once.
         */
        get: operations["listBroadcasts"];
        put?: never;
        /**
         * Write a draft, or take an alert in CAP 1.2
         * @description JSON makes a draft; without texts they come from the template of its event code. `Content-Type: application/cap+xml` (or `application/xml`, `text/xml`) takes an alert of up to 1 MiB: an Alert or Update becomes drafts, a Cancel stops what it refers to (at once when its trusted author has signed it, or before release where you may cancel all of it without a code or another sign-in; else a person decides), an Ack or Error is recorded. Nothing is released by this. The same alert again answers 200 with what was made of it.
         */
        post: operations["createBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One broadcast, as JSON or CAP
         * @description `Accept: application/cap+xml` answers with CAP 1.2, signed where the platform has a certificate: an Alert or Update, and once it is cancelled the Cancel of it.
         */
        get: operations["getBroadcast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a draft, or one that was returned */
        patch: operations["updateBroadcast"];
        trace?: never;
    };
    "/v1/broadcasts/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready texts per kind of event
         * @description Your tenant's own templates, and the built-in ones. A draft without texts takes the first template of its event that fits its level.
         */
        get: operations["listBroadcastTemplates"];
        put?: never;
        /**
         * Write a template for your tenant
         * @description It takes precedence over the built-in one of its event, for one level or for all levels that have no template of their own.
         */
        post: operations["createBroadcastTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of your tenant's templates */
        get: operations["getBroadcastTemplate"];
        put?: never;
        post?: never;
        /**
         * Take a template out of force
         * @description Broadcasts made from it stay as they are, and its versions can still be read.
         */
        delete: operations["deleteBroadcastTemplate"];
        options?: never;
        head?: never;
        /** Write the next version of a template */
        patch: operations["updateBroadcastTemplate"];
        trace?: never;
    };
    "/v1/broadcasts/templates/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every version of a template, newest first, also of a deleted one */
        get: operations["listBroadcastTemplateVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit a draft for approval
         * @description It must be complete, reach at least one speaker, and reach none outside your limits.
         */
        post: operations["submitBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve: it is released at once
         * @description By a person who neither submitted it nor wrote any of it; actions of an application count as its owner's. This completes a training, which reaches nobody.
         */
        post: operations["approveBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a submitted broadcast back to its author */
        post: operations["returnBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reject a submitted broadcast for good */
        post: operations["rejectBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The green channel: release without approval
         * @description For actual emergencies of level 1 or 2, by a person. The review stays open until another person completes it.
         */
        post: operations["releaseBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try the speakers that failed again
         * @description They get a new order, as long as the message has not expired. Speakers that sounded never get it twice.
         */
        post: operations["retryBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Review a release by the green channel
         * @description By another person than the one who released it; the reason is the comment.
         */
        post: operations["reviewBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a broadcast, on air or before
         * @description The platform tells speakers that play it to stop, and tells those that are away when they are back.
         */
        post: operations["cancelBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every revision of a broadcast's content, newest first */
        get: operations["listBroadcastRevisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/revisions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The content of a broadcast at one revision */
        get: operations["getBroadcastRevision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/approvers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The people who could approve a broadcast now
         * @description They may approve everywhere that it reaches, and have neither written any of it nor submitted it; for a draft, as if you had submitted it. Callers who may submit or decide on all of it may ask.
         */
        get: operations["listBroadcastApprovers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/cut": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Draft the part of an imported alert that lies within your own area
         * @description Makes a new draft without the regions outside your area, in which polygons and circles count inside it only. Its first warning says what was cut. The original stays as it is.
         */
        post: operations["cutBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/follow-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Draft an all-clear, a correction or an extension
         * @description For the same speakers, of the same mode and level, with texts in Chinese and English that name the event, the place and the time of the original. It replaces the original, on air or ended, once it is released. This request sends nothing.
         */
        post: operations["followUpBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The notes on a broadcast, newest first */
        get: operations["listBroadcastNotes"];
        put?: never;
        /**
         * Add a note to a broadcast
         * @description The broadcast may be in any state. A note is never changed or removed, and everybody who sees the broadcast can read it.
         */
        post: operations["addBroadcastNote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The speakers and villages that a target would reach now
         * @description Only within your limits: speakers and villages of others are neither counted nor named.
         */
        post: operations["previewBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The speakers and villages that a broadcast would reach now, and the changes since it was submitted
         * @description The platform computes it now from the stored target, within your limits, with the broadcasts that play on these speakers and which of them give way.
         */
        get: operations["previewStoredBroadcast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The alert from which a broadcast was made, as it came
         * @description Byte for byte, with its signatures. The platform's own CAP document of the broadcast is at `GET /v1/broadcasts/{id}`.
         */
        get: operations["getBroadcastAlert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every step of a broadcast, with the person, the reason and the time */
        get: operations["getBroadcastHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/feed.atom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The alerts in force, as an Atom feed
         * @description Released actual broadcasts that have not expired; a cancelled one is there as its Cancel.
         */
        get: operations["getBroadcastFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The keys that verify the signatures of commands
         * @description Terminals need no API key for it. Fetch it again when a command names a key that is not here. A terminal that was given a root believes `signed` alone; see docs/terminals.md.
         */
        get: operations["getBroadcastKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The outcome at each speaker
         * @description Within your limits, in the order of regions. A speaker counts as `sounded` only on proof.
         */
        get: operations["listBroadcastTargets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The coverage of a broadcast, by region
         * @description How many of the targeted speakers sounded, by village, township, county or above, with the names of the villages that are silent, that heard a part, that may still sound, and that had no speaker. Within your limits.
         */
        get: operations["getBroadcastCoverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/broadcasts/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole story of a broadcast, for the files
         * @description As JSON: the broadcast, its history and its coverage. As CSV: each speaker.
         */
        get: operations["getBroadcastReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit, newest first
         * @description Changes, exports and other sensitive reads. An auditor of a tenant sees the actions of the tenant's people and applications. Reading the audit writes a row as well.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cluster-logins/{question}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * For RabbitMQ: whether a device may log in, or use a topic
         * @description Answers `allow` or `deny` to the nodes that `SOURCE_AMQP_AUTH_FROM` names, and to nobody else.
         */
        post: operations["answerCluster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live events
         * @description Server-sent events. `event` is the topic (or `reset`, `readings`), `data` one JSON object, `id` a position to come back to with `Last-Event-ID`, at any process of the platform and also after its restart. Events are those of all processes. Readings have no `id` and are not sent again: they are those of one process, which a first event `readings` names (`instance`). The platform cuts a client that does not read, and every client whose session or key ends.
         */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccessChange: {
            id: number;
            /** @description The person whom the change is about. */
            person: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
                name: string;
            };
            /**
             * @description `create`, `grants`, `password`, `second_factor` (removed), `enable` (let in again).
             * @enum {string}
             */
            kind: "create" | "grants" | "password" | "second_factor" | "enable" | "owner";
            /** @description The administrator who did it; `administrator` is the administrator's key. */
            askedBy: {
                id: string;
                name: string;
            };
            /** Format: date-time */
            askedAt: string;
            /**
             * Format: date-time
             * @description From then on it holds by itself, unless it is refused before.
             */
            effectiveAt: string;
            /**
             * @description `waiting`; `effective`: it has waited long enough; `confirmed`; `refused`; `overtaken`: the operator of the machine gave another password.
             * @enum {string}
             */
            state: "waiting" | "effective" | "confirmed" | "refused" | "overtaken";
            decidedBy: string | null;
            decidedAt: string | null;
            reason: string | null;
        };
        Alarm: {
            id: number;
            deviceId: string;
            /** @description Null also for a device that now belongs to another tenant. */
            deviceName: string | null;
            /** @example gas-meter */
            kind: string;
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            regionCode: string;
            /** @description The names of the regions around it and its own, the province first. */
            regionPath: {
                zh: string[];
                en: string[];
            };
            /** @description One of the kind's alarm rules. */
            rule: string;
            /** @enum {string} */
            severity: "critical" | "major" | "minor" | "warning";
            message: string;
            /** @description The same for people, in both languages. */
            text: {
                zh: string;
                en: string;
            };
            /** @description The value that raised it, where there is one. */
            value: number | null;
            /** @enum {string} */
            state: "active" | "cleared";
            /** Format: date-time */
            raisedAt: string;
            /** @description How often it was raised. An alarm that comes again within ten minutes, or three report intervals of its kind, after it was cleared goes on: it keeps its id, `raisedAt` and acknowledgement. An alarm that only an acknowledgement clears begins anew. */
            times: number;
            /** Format: date-time */
            lastRaisedAt: string;
            acknowledgedAt: string | null;
            acknowledgedBy: string | null;
            /** @description The note of the person who acknowledged it. */
            note: string | null;
            clearedAt: string | null;
        };
        ApiKey: {
            /** @description The part after `sbi_`: it names the key and is no secret. */
            prefix: string;
            /** Format: date-time */
            createdAt: string;
            /** @description Null: never. */
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description To the minute; null: never. */
            lastUsedAt: string | null;
            /** @description The person to whom it was shown when it was made. Null: the operator of the machine, or no longer known. */
            madeBy: string | null;
        };
        Application: {
            /**
             * @description One name space for people and applications. Never given again: the audit names it.
             * @example zhang.wei
             */
            id: string;
            /**
             * @description A tenant's id.
             * @example guiyang-gas
             */
            tenantId: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** @description Since when they are shut out; null: they are not. */
            disabledAt: string | null;
            /** @description The person who answers for it. Null: it has no owner yet, and may submit no broadcast. */
            ownerId: string | null;
            grants: {
                scopes: string[];
                area: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                };
            }[];
        };
        /** @description The devices that lie in all four. */
        AreaInput: {
            /** @description Regions with everything inside them. */
            regions: "all" | string[];
            kinds: "all" | string[];
            /** @description Owners of devices; a device without an owner is in `all` only. */
            tenants: "all" | string[];
            /** @description Single devices. */
            devices: "all" | string[];
        };
        AuditRow: {
            /** @description Without gaps, from 1: a missing number is a missing row. */
            auditNo: number;
            /** Format: date-time */
            at: string;
            actor: {
                /**
                 * @description `machine`: a command on the platform's machine; `platform`: the platform by itself.
                 * @enum {string}
                 */
                type: "person" | "application" | "display" | "device" | "machine" | "platform";
                id: string | null;
                name: string | null;
                tenantId: string | null;
                address: string | null;
                /** @description The platform's id of the request; the answer had it as `X-Request-Id`. */
                requestId: string | null;
                /** @description The `X-Request-Id` that the caller sent. */
                callerRequestId: string | null;
            };
            /** @description `<object>.<verb>`, e.g. `device.update`. */
            action: string;
            object: {
                type: string;
                id: string | null;
            };
            reason: string | null;
            /** @description What was there; null where nothing was. */
            before: unknown;
            /** @description The state after the change, or the request's parameters. */
            after: unknown;
            /** @description SHA-256 over this row and the hash of the one before, in hexadecimal. */
            hash: string;
        };
        Broadcast: {
            /** @example bc-20260131-7k2m9xqd */
            id: string;
            /** @enum {string} */
            state: "draft" | "pending_approval" | "returned" | "rejected" | "approved" | "dispatching" | "playing" | "completed" | "cancelled" | "expired" | "failed";
            revision: number;
            /** @description The tenant of its author; null: the platform's operator. */
            tenantId: string | null;
            headline: string;
            /** @description As it is stored; `missing` names what keeps it from being submitted. */
            message: {
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                /** @enum {string} */
                class: "emergency" | "daily";
                level: 1 | 2 | 3 | 4;
                eventCode?: string;
                texts: {
                    language: string;
                    headline: string;
                    description: string;
                    instruction?: string;
                }[];
                target: {
                    regions: string[];
                    polygons: number[][][];
                    circles: {
                        longitude: number;
                        latitude: number;
                        radiusKm: number;
                    }[];
                    exclude?: string[];
                };
                /** Format: date-time */
                startsAt?: string;
                /** Format: date-time */
                expiresAt?: string;
                volume: number | null;
                repeatCount: number;
                /** @enum {string} */
                category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                /** @enum {string} */
                urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                /** @enum {string} */
                certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                senderName?: string;
                contact?: string;
                web?: string;
            };
            /** @description Reasons why the draft cannot be submitted; empty once it was released. */
            missing: {
                path: string;
                message: string;
            }[];
            /** @description Parts of its texts that do not fit its mode, level, event or place and may be meant so. Read them before you approve. */
            warnings: {
                rule: string;
                path: string;
                message: string;
            }[];
            /** @description Regions that it reaches; for polygons and circles, the counties of the speakers in them. */
            regions: string[];
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            submittedBy: string | null;
            /** @description The person who approved it, or released it by the green channel. */
            approvedBy: string | null;
            greenChannel: boolean;
            /**
             * @description Of a release by the green channel.
             * @enum {string}
             */
            review: "none" | "open" | "done";
            releasedAt: string | null;
            /** @description The end that was asked for; once it was released, the moment when it is over. */
            expiresAt: string | null;
            /** @description The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired. */
            airedUntil: string | null;
            endedAt: string | null;
            cancelledAt: string | null;
            cancelReason: string | null;
            /** @description How often the platform has ordered its speakers to play; 0 before release. */
            attempt: number;
            /** @description Broadcasts that are cancelled when it is released. */
            replaces: string[];
            /** @description The CAP alert from which it was made. */
            source: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                /** @description CAP's; null for alerts that were imported before the platform recorded it. */
                status: string | null;
                signature: string;
                /** @description Parts of the alert that the import could not take as they were, and its assumptions. Read them before you approve. */
                warnings: {
                    rule: string;
                    message: string;
                }[];
                /** @description The alert as it came can be had at `/v1/broadcasts/{id}/alert`, for as long as it is kept where nothing of it was released. */
                document: boolean;
            } | null;
            /** @description The template of its texts; null: somebody wrote them, or they came in an alert. */
            template: {
                /** @enum {string} */
                source: "built-in" | "own";
                id: string;
                version: number | null;
            } | null;
            /** @description A later alert of its author that says other things, or that the danger is over. Submitting, approving, releasing and retrying need `acknowledgeSuperseded`. */
            supersededBy: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                at: string;
                why: string;
            } | null;
            proposedByAlarm: number | null;
            attachments: {
                kind: string;
                deviceId: string;
                distanceKm: number | null;
            }[];
        };
        /** @description Targets by the state that they are in. */
        BroadcastCounts: {
            targets: number;
            waiting: number;
            handedOver: number;
            acknowledged: number;
            started: number;
            /** @description Proven: it started, drew current or gave sound while playing, and ended. */
            sounded: number;
            refused: number;
            failed: number;
            offline: number;
            cancelled: number;
        };
        BroadcastCoverage: {
            total: {
                targeted: number;
                /** @description Proven. */
                sounded: number;
                refused: number;
                failed: number;
                /** @description Until the message expired. */
                offline: number;
                cancelled: number;
                /** @description Not resolved yet. */
                open: number;
                /** @description Of those cancelled, failed and refused: played a part. Not where the amplifier stayed silent or was muted. */
                partlyHeard: number;
            };
            /** @enum {string} */
            level: "province" | "city" | "county" | "township" | "village";
            items: {
                regionCode: string;
                name: string | null;
                targeted: number;
                /** @description Proven. */
                sounded: number;
                refused: number;
                failed: number;
                /** @description Until the message expired. */
                offline: number;
                cancelled: number;
                /** @description Not resolved yet. */
                open: number;
                /** @description Of those cancelled, failed and refused: played a part. Not where the amplifier stayed silent or was muted. */
                partlyHeard: number;
            }[];
            /** @description Villages where no targeted speaker has sounded, as far as is known not even in part, and none still may. */
            silentVillages: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    regionCode: string;
                    name: string | null;
                    townshipName: string | null;
                    targeted: number;
                    /** @description Speakers that may still sound. */
                    open: number;
                    /** @description Speakers that played a part. */
                    partlyHeard: number;
                }[];
            };
            /** @description Villages where no targeted speaker has sounded to its end, and none still may, but some played a part. */
            partlyHeardVillages: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    regionCode: string;
                    name: string | null;
                    townshipName: string | null;
                    targeted: number;
                    /** @description Speakers that may still sound. */
                    open: number;
                    /** @description Speakers that played a part. */
                    partlyHeard: number;
                }[];
            };
            /** @description Villages where no targeted speaker has sounded, and some still may. */
            waitingVillages: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    regionCode: string;
                    name: string | null;
                    townshipName: string | null;
                    targeted: number;
                    /** @description Speakers that may still sound. */
                    open: number;
                    /** @description Speakers that played a part. */
                    partlyHeard: number;
                }[];
            };
            /** @description Villages without a speaker at the release; null for broadcasts that were released before the platform recorded this. */
            villagesWithoutSpeaker: {
                /** @description Null: none is known, and there may be some. */
                count: number | null;
                /** @description The first 1,000. */
                items: {
                    code: string;
                    name: string;
                }[];
                /** @description There may be more: it had shapes, and it is not known which villages lie in them. */
                unknown: boolean;
            } | null;
            /** @description Villages without a speaker that may lie in one of its shapes, which held speakers of their township. Null as above. */
            possiblyWithoutSpeaker: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    code: string;
                    name: string;
                }[];
            } | null;
            /** @description Seconds from the release, of every speaker, also of those who were offline or tried again: these count with the times of the attempt that their row tells of, the proven one where there is one. */
            seconds: {
                handedOver: components["schemas"]["BroadcastPercentiles"];
                acknowledged: components["schemas"]["BroadcastPercentiles"];
                started: components["schemas"]["BroadcastPercentiles"];
                ended: components["schemas"]["BroadcastPercentiles"];
            };
        };
        BroadcastDetail: {
            /** @example bc-20260131-7k2m9xqd */
            id: string;
            /** @enum {string} */
            state: "draft" | "pending_approval" | "returned" | "rejected" | "approved" | "dispatching" | "playing" | "completed" | "cancelled" | "expired" | "failed";
            revision: number;
            /** @description The tenant of its author; null: the platform's operator. */
            tenantId: string | null;
            headline: string;
            /** @description As it is stored; `missing` names what keeps it from being submitted. */
            message: {
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                /** @enum {string} */
                class: "emergency" | "daily";
                level: 1 | 2 | 3 | 4;
                eventCode?: string;
                texts: {
                    language: string;
                    headline: string;
                    description: string;
                    instruction?: string;
                }[];
                target: {
                    regions: string[];
                    polygons: number[][][];
                    circles: {
                        longitude: number;
                        latitude: number;
                        radiusKm: number;
                    }[];
                    exclude?: string[];
                };
                /** Format: date-time */
                startsAt?: string;
                /** Format: date-time */
                expiresAt?: string;
                volume: number | null;
                repeatCount: number;
                /** @enum {string} */
                category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                /** @enum {string} */
                urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                /** @enum {string} */
                certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                senderName?: string;
                contact?: string;
                web?: string;
            };
            /** @description Reasons why the draft cannot be submitted; empty once it was released. */
            missing: {
                path: string;
                message: string;
            }[];
            /** @description Parts of its texts that do not fit its mode, level, event or place and may be meant so. Read them before you approve. */
            warnings: {
                rule: string;
                path: string;
                message: string;
            }[];
            /** @description Regions that it reaches; for polygons and circles, the counties of the speakers in them. */
            regions: string[];
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            submittedBy: string | null;
            /** @description The person who approved it, or released it by the green channel. */
            approvedBy: string | null;
            greenChannel: boolean;
            /**
             * @description Of a release by the green channel.
             * @enum {string}
             */
            review: "none" | "open" | "done";
            releasedAt: string | null;
            /** @description The end that was asked for; once it was released, the moment when it is over. */
            expiresAt: string | null;
            /** @description The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired. */
            airedUntil: string | null;
            endedAt: string | null;
            cancelledAt: string | null;
            cancelReason: string | null;
            /** @description How often the platform has ordered its speakers to play; 0 before release. */
            attempt: number;
            /** @description Broadcasts that are cancelled when it is released. */
            replaces: string[];
            /** @description The CAP alert from which it was made. */
            source: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                /** @description CAP's; null for alerts that were imported before the platform recorded it. */
                status: string | null;
                signature: string;
                /** @description Parts of the alert that the import could not take as they were, and its assumptions. Read them before you approve. */
                warnings: {
                    rule: string;
                    message: string;
                }[];
                /** @description The alert as it came can be had at `/v1/broadcasts/{id}/alert`, for as long as it is kept where nothing of it was released. */
                document: boolean;
            } | null;
            /** @description The template of its texts; null: somebody wrote them, or they came in an alert. */
            template: {
                /** @enum {string} */
                source: "built-in" | "own";
                id: string;
                version: number | null;
            } | null;
            /** @description A later alert of its author that says other things, or that the danger is over. Submitting, approving, releasing and retrying need `acknowledgeSuperseded`. */
            supersededBy: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                at: string;
                why: string;
            } | null;
            proposedByAlarm: number | null;
            attachments: {
                kind: string;
                deviceId: string;
                distanceKm: number | null;
            }[];
            /** @description Null before release. */
            counts: components["schemas"]["BroadcastCounts"] | null;
            /** @description The other content of the alert from which it was made, in CAP's words. It goes out again with the broadcast's own alert. */
            alert: {
                source?: string;
                addresses?: string;
                restriction?: string;
                codes?: string[];
                note?: string;
                incidents?: string;
                categories?: string[];
                onset?: string;
                eventCodes?: {
                    valueName: string;
                    value: string;
                }[];
                infos: {
                    language: string;
                    event: string;
                    audience?: string;
                    senderName?: string;
                    contact?: string;
                    web?: string;
                    parameters?: {
                        valueName: string;
                        value: string;
                    }[];
                    resources?: {
                        resourceDesc: string;
                        mimeType: string;
                        size?: number;
                        uri?: string;
                        digest?: string;
                        hasContent?: boolean;
                    }[];
                    areas: string[];
                }[];
                areas: {
                    regions?: string[];
                    shapes?: string[];
                    geocodes?: {
                        valueName: string;
                        value: string;
                    }[];
                    altitude?: number;
                    ceiling?: number;
                }[];
            } | null;
            /** @description Broadcasts that are to take its place, or have taken it. */
            replacedBy: string[];
            /** @description The newest 50; in the report all of them. */
            notes: components["schemas"]["BroadcastNote"][];
        };
        BroadcastDraftInput: {
            /** @enum {string} */
            mode: "actual" | "drill" | "training";
            /**
             * @default emergency
             * @enum {string}
             */
            class?: "emergency" | "daily";
            level: 1 | 2 | 3 | 4;
            eventCode: string;
            /** @description In the order in which they are read. Absent: the event code's template, in Chinese and English. */
            texts?: components["schemas"]["BroadcastTextInput"][];
            target: components["schemas"]["BroadcastTargetInput"];
            /**
             * Format: date-time
             * @description Not before. Absent: at once.
             */
            startsAt?: string;
            /**
             * Format: date-time
             * @description Never aired after. Absent: 24 hours after release; at most 72.
             */
            expiresAt?: string;
            /** @default null */
            volume?: number | null;
            /** @default 1 */
            repeatCount?: number;
            /**
             * @description CAP's. Absent: the event's.
             * @enum {string}
             */
            category?: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
            /**
             * @default Immediate
             * @enum {string}
             */
            urgency?: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
            /**
             * @default Observed
             * @enum {string}
             */
            certainty?: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
            /** @default [] */
            responseTypes?: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
            senderName?: string;
            contact?: string;
            /** Format: uri */
            web?: string;
            /** @description Broadcasts of the same mode whose place it takes: the platform cancels them when it is released. */
            replaces?: string[];
        };
        BroadcastItem: {
            /** @example bc-20260131-7k2m9xqd */
            id: string;
            /** @enum {string} */
            state: "draft" | "pending_approval" | "returned" | "rejected" | "approved" | "dispatching" | "playing" | "completed" | "cancelled" | "expired" | "failed";
            revision: number;
            /** @description The tenant of its author; null: the platform's operator. */
            tenantId: string | null;
            headline: string;
            /** @description As it is stored; `missing` names what keeps it from being submitted. */
            message: {
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                /** @enum {string} */
                class: "emergency" | "daily";
                level: 1 | 2 | 3 | 4;
                eventCode?: string;
                texts: {
                    language: string;
                    headline: string;
                    description: string;
                    instruction?: string;
                }[];
                target: {
                    regions: string[];
                    polygons: number[][][];
                    circles: {
                        longitude: number;
                        latitude: number;
                        radiusKm: number;
                    }[];
                    exclude?: string[];
                };
                /** Format: date-time */
                startsAt?: string;
                /** Format: date-time */
                expiresAt?: string;
                volume: number | null;
                repeatCount: number;
                /** @enum {string} */
                category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                /** @enum {string} */
                urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                /** @enum {string} */
                certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                senderName?: string;
                contact?: string;
                web?: string;
            };
            /** @description Reasons why the draft cannot be submitted; empty once it was released. */
            missing: {
                path: string;
                message: string;
            }[];
            /** @description Parts of its texts that do not fit its mode, level, event or place and may be meant so. Read them before you approve. */
            warnings: {
                rule: string;
                path: string;
                message: string;
            }[];
            /** @description Regions that it reaches; for polygons and circles, the counties of the speakers in them. */
            regions: string[];
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            submittedBy: string | null;
            /** @description The person who approved it, or released it by the green channel. */
            approvedBy: string | null;
            greenChannel: boolean;
            /**
             * @description Of a release by the green channel.
             * @enum {string}
             */
            review: "none" | "open" | "done";
            releasedAt: string | null;
            /** @description The end that was asked for; once it was released, the moment when it is over. */
            expiresAt: string | null;
            /** @description The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired. */
            airedUntil: string | null;
            endedAt: string | null;
            cancelledAt: string | null;
            cancelReason: string | null;
            /** @description How often the platform has ordered its speakers to play; 0 before release. */
            attempt: number;
            /** @description Broadcasts that are cancelled when it is released. */
            replaces: string[];
            /** @description The CAP alert from which it was made. */
            source: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                /** @description CAP's; null for alerts that were imported before the platform recorded it. */
                status: string | null;
                signature: string;
                /** @description Parts of the alert that the import could not take as they were, and its assumptions. Read them before you approve. */
                warnings: {
                    rule: string;
                    message: string;
                }[];
                /** @description The alert as it came can be had at `/v1/broadcasts/{id}/alert`, for as long as it is kept where nothing of it was released. */
                document: boolean;
            } | null;
            /** @description The template of its texts; null: somebody wrote them, or they came in an alert. */
            template: {
                /** @enum {string} */
                source: "built-in" | "own";
                id: string;
                version: number | null;
            } | null;
            /** @description A later alert of its author that says other things, or that the danger is over. Submitting, approving, releasing and retrying need `acknowledgeSuperseded`. */
            supersededBy: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                at: string;
                why: string;
            } | null;
            proposedByAlarm: number | null;
            attachments: {
                kind: string;
                deviceId: string;
                distanceKm: number | null;
            }[];
            /** @description Null before release. */
            counts: components["schemas"]["BroadcastCounts"] | null;
        };
        BroadcastNote: {
            /** @description Its number. */
            note: number;
            /** Format: date-time */
            at: string;
            actor: {
                type: string;
                id: string | null;
                name: string | null;
            };
            text: string;
        };
        BroadcastPercentiles: {
            count: number;
            p50: number | null;
            p95: number | null;
            p99: number | null;
            max: number | null;
        };
        BroadcastPreview: {
            /** @description Speakers within your limits; others are neither counted nor named anywhere here. */
            speakers: number;
            online: number;
            /** @description True when the target means at least one speaker and, as far as is known, neither a region nor a speaker beyond your limits. Otherwise you cannot submit it. */
            withinLimits: boolean;
            /** @description Regions that are not yours: targeted regions of which a part that is not excluded lies beyond your limits, and regions whose own place lies in a shape. */
            beyond: string[];
            /** @description Null where it has shapes, and it is not known which villages lie in them. */
            villages: number | null;
            /** @description Villages with at least one speaker. */
            villagesCovered: number;
            villagesWithoutSpeaker: {
                /** @description Null: none is known, and there may be some. */
                count: number | null;
                /** @description The first 200. */
                items: {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    code: string;
                    name: string;
                }[];
                /** @description There may be more: it has shapes, and it is not known which villages lie in them. */
                unknown: boolean;
            };
            /** @description They have none either, and may lie in one of the shapes, which holds speakers of their township. Told where you hold the whole township. */
            possiblyWithoutSpeaker: {
                count: number;
                /** @description The first 200. */
                items: {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    code: string;
                    name: string;
                }[];
            };
            /** @description Villages whose speakers are all offline. */
            villagesOffline: {
                count: number;
                /** @description The first 200. */
                items: {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    code: string;
                    name: string;
                }[];
            };
            byTownship: {
                regionCode: string;
                name: string | null;
                speakers: number;
                online: number;
                villages: number | null;
                villagesCovered: number;
            }[];
            /** @description Each village that is known to be meant, in the order of codes, with its speakers; null where there are more than 1,000. */
            byVillage: {
                regionCode: string;
                name: string;
                speakers: number;
                online: number;
            }[] | null;
            /** @description Time to read the texts, repetitions included; null without texts. */
            readingSeconds: number | null;
            /** @description The same of the stored preview; null without `mode` and `level`. */
            conflicts: {
                /** @description Null where you do not see it. */
                id: string | null;
                headline: string | null;
                /** @enum {string} */
                class: "emergency" | "daily";
                level: number;
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                startsAt: string | null;
                /** Format: date-time */
                expiresAt: string;
                /** @description The number of these speakers that play it or are to play it. */
                speakers: number;
                /** @description The number of these speakers that play it now. */
                playing: number;
                /**
                 * @description Which of the two waits or is interrupted there; `ends`: this broadcast takes the other's place.
                 * @enum {string}
                 */
                givesWay: "this" | "other" | "ends";
            }[] | null;
            /** @description The people who could approve it if you submitted it; null without `mode` and `level`, and where you may not submit all of it. */
            approvers: {
                /** @description Those who are signed in first. */
                items: {
                    id: string;
                    name: string;
                    tenantId: string | null;
                    /** @description True when the person has a living session, to the minute. */
                    signedIn: boolean;
                }[];
                /** @description This person could approve too, but has to wait until then, unless another administrator confirms (`GET /v1/access/changes`). */
                waiting: {
                    id: string;
                    name: string;
                    /** Format: date-time */
                    until: string;
                }[];
            } | null;
        };
        BroadcastReport: {
            broadcast: components["schemas"]["BroadcastDetail"];
            history: {
                step: number;
                /** Format: date-time */
                at: string;
                action: string;
                /** @description A state; null for its beginning. */
                from: string | null;
                /** @description A state. */
                to: string;
                actor: {
                    type: string;
                    id: string | null;
                    name: string | null;
                };
                reason: string | null;
                details: {
                    [key: string]: unknown;
                };
            }[];
            total: {
                targeted: number;
                /** @description Proven. */
                sounded: number;
                refused: number;
                failed: number;
                /** @description Until the message expired. */
                offline: number;
                cancelled: number;
                /** @description Not resolved yet. */
                open: number;
                /** @description Of those cancelled, failed and refused: played a part. Not where the amplifier stayed silent or was muted. */
                partlyHeard: number;
            };
            counties: {
                regionCode: string;
                name: string | null;
                targeted: number;
                /** @description Proven. */
                sounded: number;
                refused: number;
                failed: number;
                /** @description Until the message expired. */
                offline: number;
                cancelled: number;
                /** @description Not resolved yet. */
                open: number;
                /** @description Of those cancelled, failed and refused: played a part. Not where the amplifier stayed silent or was muted. */
                partlyHeard: number;
            }[];
            townships: {
                regionCode: string;
                name: string | null;
                targeted: number;
                /** @description Proven. */
                sounded: number;
                refused: number;
                failed: number;
                /** @description Until the message expired. */
                offline: number;
                cancelled: number;
                /** @description Not resolved yet. */
                open: number;
                /** @description Of those cancelled, failed and refused: played a part. Not where the amplifier stayed silent or was muted. */
                partlyHeard: number;
            }[];
            /** @description Villages where no targeted speaker has sounded, as far as is known not even in part, and none still may. */
            silentVillages: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    regionCode: string;
                    name: string | null;
                    townshipName: string | null;
                    targeted: number;
                    /** @description Speakers that may still sound. */
                    open: number;
                    /** @description Speakers that played a part. */
                    partlyHeard: number;
                }[];
            };
            /** @description Villages where no targeted speaker has sounded to its end, and none still may, but some played a part. */
            partlyHeardVillages: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    regionCode: string;
                    name: string | null;
                    townshipName: string | null;
                    targeted: number;
                    /** @description Speakers that may still sound. */
                    open: number;
                    /** @description Speakers that played a part. */
                    partlyHeard: number;
                }[];
            };
            /** @description Villages where no targeted speaker has sounded, and some still may. */
            waitingVillages: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    regionCode: string;
                    name: string | null;
                    townshipName: string | null;
                    targeted: number;
                    /** @description Speakers that may still sound. */
                    open: number;
                    /** @description Speakers that played a part. */
                    partlyHeard: number;
                }[];
            };
            /** @description Villages without a speaker at the release; null for broadcasts that were released before the platform recorded this. */
            villagesWithoutSpeaker: {
                /** @description Null: none is known, and there may be some. */
                count: number | null;
                /** @description The first 1,000. */
                items: {
                    code: string;
                    name: string;
                }[];
                /** @description There may be more: it had shapes, and it is not known which villages lie in them. */
                unknown: boolean;
            } | null;
            /** @description Villages without a speaker that may lie in one of its shapes, which held speakers of their township. Null as above. */
            possiblyWithoutSpeaker: {
                count: number;
                /** @description The first 1,000. */
                items: {
                    code: string;
                    name: string;
                }[];
            } | null;
            /** @description Seconds from the release, of every speaker, also of those who were offline or tried again: these count with the times of the attempt that their row tells of, the proven one where there is one. */
            seconds: {
                handedOver: components["schemas"]["BroadcastPercentiles"];
                acknowledged: components["schemas"]["BroadcastPercentiles"];
                started: components["schemas"]["BroadcastPercentiles"];
                ended: components["schemas"]["BroadcastPercentiles"];
            };
        };
        BroadcastRevision: {
            revision: number;
            /** Format: date-time */
            at: string;
            actor: {
                type: string;
                id: string | null;
                name: string | null;
            };
            /** @description As it is stored; `missing` names what keeps it from being submitted. */
            message: {
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                /** @enum {string} */
                class: "emergency" | "daily";
                level: 1 | 2 | 3 | 4;
                eventCode?: string;
                texts: {
                    language: string;
                    headline: string;
                    description: string;
                    instruction?: string;
                }[];
                target: {
                    regions: string[];
                    polygons: number[][][];
                    circles: {
                        longitude: number;
                        latitude: number;
                        radiusKm: number;
                    }[];
                    exclude?: string[];
                };
                /** Format: date-time */
                startsAt?: string;
                /** Format: date-time */
                expiresAt?: string;
                volume: number | null;
                repeatCount: number;
                /** @enum {string} */
                category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                /** @enum {string} */
                urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                /** @enum {string} */
                certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                senderName?: string;
                contact?: string;
                web?: string;
            };
            /** @description The broadcasts that this revision was to replace. */
            replaces: string[];
        };
        BroadcastStoredPreview: {
            /** @description Speakers within your limits; others are neither counted nor named anywhere here. */
            speakers: number;
            online: number;
            /** @description True when the target means at least one speaker and, as far as is known, neither a region nor a speaker beyond your limits. Otherwise you cannot submit it. */
            withinLimits: boolean;
            /** @description Regions that are not yours: targeted regions of which a part that is not excluded lies beyond your limits, and regions whose own place lies in a shape. */
            beyond: string[];
            /** @description Null where it has shapes, and it is not known which villages lie in them. */
            villages: number | null;
            /** @description Villages with at least one speaker. */
            villagesCovered: number;
            villagesWithoutSpeaker: {
                /** @description Null: none is known, and there may be some. */
                count: number | null;
                /** @description The first 200. */
                items: {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    code: string;
                    name: string;
                }[];
                /** @description There may be more: it has shapes, and it is not known which villages lie in them. */
                unknown: boolean;
            };
            /** @description They have none either, and may lie in one of the shapes, which holds speakers of their township. Told where you hold the whole township. */
            possiblyWithoutSpeaker: {
                count: number;
                /** @description The first 200. */
                items: {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    code: string;
                    name: string;
                }[];
            };
            /** @description Villages whose speakers are all offline. */
            villagesOffline: {
                count: number;
                /** @description The first 200. */
                items: {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    code: string;
                    name: string;
                }[];
            };
            byTownship: {
                regionCode: string;
                name: string | null;
                speakers: number;
                online: number;
                villages: number | null;
                villagesCovered: number;
            }[];
            /** @description Each village that is known to be meant, in the order of codes, with its speakers; null where there are more than 1,000. */
            byVillage: {
                regionCode: string;
                name: string;
                speakers: number;
                online: number;
            }[] | null;
            /** @description Time to read the texts, repetitions included; null without texts. */
            readingSeconds: number | null;
            /** @description The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired. */
            airedUntil: string | null;
            /** @description Broadcasts that play or wait on these speakers, the most urgent first. */
            conflicts: {
                /** @description Null where you do not see it. */
                id: string | null;
                headline: string | null;
                /** @enum {string} */
                class: "emergency" | "daily";
                level: number;
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                startsAt: string | null;
                /** Format: date-time */
                expiresAt: string;
                /** @description The number of these speakers that play it or are to play it. */
                speakers: number;
                /** @description The number of these speakers that play it now. */
                playing: number;
                /**
                 * @description Which of the two waits or is interrupted there; `ends`: this broadcast takes the other's place.
                 * @enum {string}
                 */
                givesWay: "this" | "other" | "ends";
            }[];
            /** @description Broadcasts whose place it takes and that reach further: they end also where this one is not heard. */
            replacesWider: string[];
            /** @description Null for a broadcast that was never submitted, or was submitted before the platform recorded this. */
            changedSinceSubmission: {
                /**
                 * Format: date-time
                 * @description When it was submitted.
                 */
                at: string;
                added: {
                    count: number;
                    /** @description The first 200. */
                    items: {
                        deviceId: string;
                        regionCode: string;
                    }[];
                };
                removed: {
                    count: number;
                    /** @description The first 200. */
                    items: {
                        deviceId: string;
                        regionCode: string;
                    }[];
                };
                wentOffline: {
                    count: number;
                    /** @description The first 200. */
                    items: {
                        deviceId: string;
                        regionCode: string;
                    }[];
                };
                cameOnline: {
                    count: number;
                    /** @description The first 200. */
                    items: {
                        deviceId: string;
                        regionCode: string;
                    }[];
                };
                /** @description Null for a caller who sees the speakers of some owners only: the number would give away those of others. */
                villagesWithoutSpeaker: {
                    added: {
                        count: number;
                        /** @description The first 200. */
                        items: {
                            /**
                             * @description Statistical division code, cut to its level.
                             * @example 520102
                             */
                            code: string;
                            name: string;
                        }[];
                    };
                    removed: {
                        count: number;
                        /** @description The first 200. */
                        items: {
                            /**
                             * @description Statistical division code, cut to its level.
                             * @example 520102
                             */
                            code: string;
                            name: string;
                        }[];
                    };
                } | null;
                /** @description Null as above. */
                possiblyWithoutSpeaker: {
                    added: {
                        count: number;
                        /** @description The first 200. */
                        items: {
                            /**
                             * @description Statistical division code, cut to its level.
                             * @example 520102
                             */
                            code: string;
                            name: string;
                        }[];
                    };
                    removed: {
                        count: number;
                        /** @description The first 200. */
                        items: {
                            /**
                             * @description Statistical division code, cut to its level.
                             * @example 520102
                             */
                            code: string;
                            name: string;
                        }[];
                    };
                } | null;
            } | null;
        };
        /** @description The target is everybody in any of these. Polygons are rings of `[longitude, latitude]`. */
        BroadcastTargetInput: {
            /** @default [] */
            regions?: string[];
            /** @default [] */
            polygons?: [
                number,
                number
            ][][];
            /** @default [] */
            circles?: {
                longitude: number;
                latitude: number;
                radiusKm: number;
            }[];
            /** @description Regions that are taken out of the others, and of the shapes. */
            exclude?: string[];
        };
        BroadcastTargetReport: {
            deviceId: string;
            name: string | null;
            /** @description The speaker's place at the release. */
            regionCode: string;
            villageName: string | null;
            townshipName: string | null;
            countyName: string | null;
            /** @enum {string} */
            state: "waiting" | "handed_over" | "acknowledged" | "started" | "sounded" | "refused" | "failed" | "offline" | "cancelled";
            /** @description The reason why it refused or failed. */
            reason: string | null;
            /** @description The last one that was ordered. */
            attempt: number;
            /** @description The attempt that everything below is of: the proven one, also where a later one was ordered. Null for a speaker that was tried again before this was kept: its times may be of several. */
            reportedAttempt: number | null;
            /** @description How often the command was sent. */
            sends: number;
            /** @description When the command first left, by the platform's clock. */
            handedOverAt: string | null;
            /** @description When the first answer came, by the platform's clock. */
            acknowledgedAt: string | null;
            /** @description This, the evidence and the end are by the speaker's clock. They lie between the hand-over and the moment when the platform heard of them. */
            startedAt: string | null;
            /** @description The first reading of the play that shows sound. */
            evidenceAt: string | null;
            /** @description Amperes. */
            evidenceCurrent: number | null;
            /** @description dB[SPL] at its own microphone. */
            evidenceSoundLevel: number | null;
            endedAt: string | null;
            secondsPlayed: number | null;
        };
        BroadcastTemplate: {
            /** @enum {string} */
            source: "built-in" | "own";
            /** @description For a built-in template, its event code. */
            id: string;
            /** @description Null: built in. */
            version: number | null;
            eventCode: string;
            /** @description Null: for each level that has no template of its own. */
            level: number | null;
            /** @description Null for a code for which the platform has no names. */
            event: {
                zh: string;
                en: string;
            } | null;
            /** @enum {string} */
            category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
            responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
            /** @description With `{place}`, `{time}`, `{level}` and `{colour}`, unless a level was given. */
            texts: {
                language: string;
                headline: string;
                description: string;
                instruction?: string;
            }[];
        };
        BroadcastTemplateDraftInput: {
            eventCode: string;
            /** @description Absent: for each level that has no template of its own. */
            level?: 1 | 2 | 3 | 4;
            /** @description In the order in which they are read. `{place}`, `{time}`, `{level}` and `{colour}` are filled in: in Chinese texts in Chinese, in all others in English, where `a {colour}` becomes `an orange`. */
            texts: components["schemas"]["BroadcastTextInput"][];
        };
        BroadcastTextInput: {
            language: string;
            headline: string;
            description: string;
            instruction?: string;
        };
        Bucket: {
            /**
             * Format: date-time
             * @description When the bucket begins.
             */
            start: string;
            /** @description The number of readings in it. */
            readings: number;
            /** @description By the key of the quantity and the aggregate, e.g. `values.volume.delta`. */
            values: {
                [key: string]: {
                    [key: string]: number | string | null;
                };
            };
        };
        CancelledBroadcast: {
            /** @example bc-20260131-7k2m9xqd */
            id: string;
            /** @enum {string} */
            state: "draft" | "pending_approval" | "returned" | "rejected" | "approved" | "dispatching" | "playing" | "completed" | "cancelled" | "expired" | "failed";
            revision: number;
            /** @description The tenant of its author; null: the platform's operator. */
            tenantId: string | null;
            headline: string;
            /** @description As it is stored; `missing` names what keeps it from being submitted. */
            message: {
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                /** @enum {string} */
                class: "emergency" | "daily";
                level: 1 | 2 | 3 | 4;
                eventCode?: string;
                texts: {
                    language: string;
                    headline: string;
                    description: string;
                    instruction?: string;
                }[];
                target: {
                    regions: string[];
                    polygons: number[][][];
                    circles: {
                        longitude: number;
                        latitude: number;
                        radiusKm: number;
                    }[];
                    exclude?: string[];
                };
                /** Format: date-time */
                startsAt?: string;
                /** Format: date-time */
                expiresAt?: string;
                volume: number | null;
                repeatCount: number;
                /** @enum {string} */
                category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                /** @enum {string} */
                urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                /** @enum {string} */
                certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                senderName?: string;
                contact?: string;
                web?: string;
            };
            /** @description Reasons why the draft cannot be submitted; empty once it was released. */
            missing: {
                path: string;
                message: string;
            }[];
            /** @description Parts of its texts that do not fit its mode, level, event or place and may be meant so. Read them before you approve. */
            warnings: {
                rule: string;
                path: string;
                message: string;
            }[];
            /** @description Regions that it reaches; for polygons and circles, the counties of the speakers in them. */
            regions: string[];
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            submittedBy: string | null;
            /** @description The person who approved it, or released it by the green channel. */
            approvedBy: string | null;
            greenChannel: boolean;
            /**
             * @description Of a release by the green channel.
             * @enum {string}
             */
            review: "none" | "open" | "done";
            releasedAt: string | null;
            /** @description The end that was asked for; once it was released, the moment when it is over. */
            expiresAt: string | null;
            /** @description The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired. */
            airedUntil: string | null;
            endedAt: string | null;
            cancelledAt: string | null;
            cancelReason: string | null;
            /** @description How often the platform has ordered its speakers to play; 0 before release. */
            attempt: number;
            /** @description Broadcasts that are cancelled when it is released. */
            replaces: string[];
            /** @description The CAP alert from which it was made. */
            source: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                /** @description CAP's; null for alerts that were imported before the platform recorded it. */
                status: string | null;
                signature: string;
                /** @description Parts of the alert that the import could not take as they were, and its assumptions. Read them before you approve. */
                warnings: {
                    rule: string;
                    message: string;
                }[];
                /** @description The alert as it came can be had at `/v1/broadcasts/{id}/alert`, for as long as it is kept where nothing of it was released. */
                document: boolean;
            } | null;
            /** @description The template of its texts; null: somebody wrote them, or they came in an alert. */
            template: {
                /** @enum {string} */
                source: "built-in" | "own";
                id: string;
                version: number | null;
            } | null;
            /** @description A later alert of its author that says other things, or that the danger is over. Submitting, approving, releasing and retrying need `acknowledgeSuperseded`. */
            supersededBy: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                at: string;
                why: string;
            } | null;
            proposedByAlarm: number | null;
            attachments: {
                kind: string;
                deviceId: string;
                distanceKm: number | null;
            }[];
            /** @description `on_its_way`: nobody is sent it any more, and all speakers that listen are told to stop. `on_record` (202): it is cancelled, and nobody can say that the stop reaches all speakers: no process that dispatches has said so within five seconds, or `stopUnsure` speakers may play it and may not be told. Null: it was never released. */
            stop: ("on_its_way" | "on_record") | null;
            /** @description The number of speakers that may play it nevertheless: their doors have not answered within some seconds, or a process of the platform says nothing, and they may be connected to it. They are told when they can be reached. Null: nobody has counted. */
            stopUnsure: number | null;
        };
        ChangedPerson: {
            /**
             * @description One name space for people and applications. Never given again: the audit names it.
             * @example zhang.wei
             */
            id: string;
            /**
             * @description A tenant's id.
             * @example guiyang-gas
             */
            tenantId: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** @description Since when they are shut out; null: they are not. */
            disabledAt: string | null;
            grants: {
                role: string;
                area: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                };
                /**
                 * Format: date-time
                 * @description Until then the steps that make a speaker sound wait. Absent: nothing waits.
                 */
                waitsUntil?: string;
            }[];
            /** @description Until this change holds, this approver or duty officer takes no step that makes a speaker sound; null: nothing waits. */
            waiting: {
                /** @description The newest change that they wait for; `how` names one of each administrator's. */
                change: number;
                /** Format: date-time */
                waitsUntil: string;
                /** @description How the wait ends by itself, and who can end it before. */
                how: string;
            } | null;
        };
        CodedDisplay: {
            display: components["schemas"]["Display"];
            /** @description To be typed at the screen within ten minutes, once. It is shown this once and kept only as a hash. */
            code: string;
        };
        Console: {
            /** @description The platform's name, as its operator has set it (`CONSOLE_NAME`). */
            name: string;
            version: string;
            /**
             * @description The zone in which the console shows every time.
             * @constant
             */
            timeZone: "Asia/Shanghai";
            passwordSignIn: boolean;
            /** @description True where this request came with a living session, so that a page need not try. */
            signedIn: boolean;
            /** @description The identity provider through which people may sign in as well; null: there is none. */
            oidc: {
                /** @description The provider's host. */
                label: string;
            } | null;
            /** @description True where nobody on the way can read along: this request came by https, or on the machine itself. */
            secure: boolean;
            /** @description Names the console that is served, so that an older page notices; null: it was not built. */
            build: string | null;
            /** @description The people of the demo; null: this is none. */
            demo: {
                people: {
                    id: string;
                    name: string;
                    role: string;
                    sees: string;
                    /** @description Null, unless the page was asked for on the machine on which the demo runs. */
                    password: string | null;
                }[];
            } | null;
        };
        /** @description What becomes of the values of one metric that are there. None is made where there was none. */
        Correction: {
            metric: string;
            /** @description The value, in the quantity's unit; null takes it away. */
            set: number | string | null;
        } | {
            metric: string;
            /** @description Added to each value, in the quantity's unit. */
            add: number;
        } | {
            metric: string;
            /** @description Each value is multiplied by this. */
            multiply: number;
        };
        /** @description What becomes of the values of one metric that are there. None is made where there was none. */
        CorrectionInput: {
            metric: string;
            /** @description The value, in the quantity's unit; null takes it away. */
            set: number | string | null;
        } | {
            metric: string;
            /** @description Added to each value, in the quantity's unit. */
            add: number;
        } | {
            metric: string;
            /** @description Each value is multiplied by this. */
            multiply: number;
        };
        CreatedDevice: {
            device: components["schemas"]["Device"];
            credentials: components["schemas"]["Credentials"];
            /** @description What became of the messages that have come with its identities before, as far as they were kept. Null: they could not be taken in now, and are soon. */
            waitingMessages: {
                stored: number;
                duplicate: number;
                rejected: number;
            } | null;
        };
        Credentials: {
            /** @description The MQTT user name, which is the device's id. */
            username: string;
            /** @description The device's token. It is shown this once and kept only as a hash. */
            password: string;
        };
        CurrentSession: {
            session: components["schemas"]["Session"];
            /**
             * @description Whose it is. A display only reads.
             * @enum {string}
             */
            type: "person" | "display";
            /**
             * @description One name space for people and applications. Never given again: the audit names it.
             * @example zhang.wei
             */
            id: string;
            name: string;
            /** @description The areas of the grants, as in `GET /v1/me`. */
            areas: {
                regions: "all" | string[];
                kinds: "all" | string[];
                tenants: "all" | string[];
                devices: "all" | string[];
            }[];
            /** @description For sessions of type `cookie`: send it as `X-CSRF-Token` with every request but GET and HEAD. Null for others. */
            csrfToken: string | null;
        };
        Device: {
            /**
             * @description Chosen by the operator; also the device's MQTT user name.
             * @example meter-0001
             */
            id: string;
            /** @example gas-meter */
            kind: string;
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            regionCode: string;
            /** @description Its owner; null: the platform's operator. */
            tenantId: string | null;
            name: string | null;
            location: components["schemas"]["Location"] | null;
            /** @description The gateway that publishes for it. */
            gatewayId: string | null;
            attributes: {
                [key: string]: unknown;
            };
            /** @description The maker and model. Null: not known. */
            model: string | null;
            /** @description The names by which protocols know it. */
            identities: components["schemas"]["DeviceIdentity"][];
            /** @description Its connection and since when; null when it has never been connected. */
            presence: {
                connected: boolean;
                /** Format: date-time */
                changedAt: string;
            } | null;
            /** @description When the platform last took in a report of it, also through a gateway. Written down at most a quarter of its kind's report interval late, and a minute. Null: never. */
            lastSeenAt: string | null;
            /**
             * @description By the rhythm of its kind. `late`: the platform has not heard it for more than two report intervals; `silent`: for longer than its kind's alarm of silence waits; `never`: not once.
             * @enum {string}
             */
            status: "ok" | "late" | "silent" | "never";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        DeviceCounts: {
            /** @enum {string} */
            by: "status" | "kind" | "region" | "tenant" | "gateway";
            total: number;
            /** @description Counts are never cut. */
            nextCursor: null;
            items: {
                /** @description Null: without owner, or without gateway. */
                value: string | null;
                devices: number;
            }[];
        };
        DeviceIdentity: {
            scheme: string;
            /** @description In the one form that its scheme has. */
            value: string;
        };
        DeviceLedger: {
            /**
             * @description Chosen by the operator; also the device's MQTT user name.
             * @example meter-0001
             */
            deviceId: string;
            /** @example gas-meter */
            kind: string;
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            regionCode: string;
            received: number;
            stored: number;
            /** @description Sent again and stored once. */
            duplicate: number;
            /** @description Listed with their reasons under /v1/rejections. */
            rejected: number;
            /** @description Received and not yet committed, so not yet acknowledged. */
            pending: number;
        };
        DevicePoints: {
            /** @description True where there are more: ask for a smaller box, or with a filter. */
            truncated: boolean;
            /** @description Points are cut, and do not come in pages. */
            nextCursor: null;
            items: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
                name: string | null;
                /** @example gas-meter */
                kind: string;
                /**
                 * @description By the rhythm of its kind. `late`: the platform has not heard it for more than two report intervals; `silent`: for longer than its kind's alarm of silence waits; `never`: not once.
                 * @enum {string}
                 */
                status: "ok" | "late" | "silent" | "never";
                /** @description Degrees, WGS 84, as stored. */
                lon: number;
                /** @description Degrees, WGS 84, as stored. */
                lat: number;
                /** @description The highest severity of its active alarms. Null: none, or not where the caller may read alarms. */
                alarm: ("critical" | "major" | "minor" | "warning") | null;
            }[];
        };
        DeviceSeries: {
            deviceId: string;
            /** @example gas-meter */
            kind: string;
            /**
             * @description The source of the buckets: readings, readings by whole hours, or kept days.
             * @enum {string}
             */
            source: "raw" | "1h" | "1d";
            interval: string;
            timeZone: string;
            /**
             * Format: date-time
             * @description The range of the request, widened to whole buckets.
             */
            from: string;
            /** Format: date-time */
            to: string;
            /** @description The values in each bucket, with their UCUM units. */
            columns: {
                metric: string;
                /** @enum {string} */
                aggregate: "avg" | "min" | "max" | "sum" | "count" | "first" | "last" | "delta";
                unit: string | null;
            }[];
            /** @description Oldest first. A bucket without a reading is left out. */
            items: components["schemas"]["Bucket"][];
            /** @description A device's series is never cut. */
            nextCursor: null;
        };
        Display: {
            /**
             * @description One name space for people and applications. Never given again: the audit names it.
             * @example zhang.wei
             */
            id: string;
            /**
             * @description A tenant's id.
             * @example guiyang-gas
             */
            tenantId: string;
            name: string;
            area: {
                regions: "all" | string[];
                kinds: "all" | string[];
                tenants: "all" | string[];
                devices: "all" | string[];
            };
            /**
             * @description `waiting`: for its code to be typed. `paired`: a browser is it. `revoked`: for good. `expired`: a new code pairs it again.
             * @enum {string}
             */
            state: "waiting" | "paired" | "revoked" | "expired";
            /** Format: date-time */
            createdAt: string;
            /** @description The id of the caller who set it up. */
            createdBy: string;
            /** @description Until then a code waits, which can be there beside a paired browser. Null: none was made since the last pairing. */
            codeExpiresAt: string | null;
            /** @description When its present or latest browser became it; null: never. */
            pairedAt: string | null;
            /** @description To the minute; an open stream counts. Null: never paired, or no longer on record. */
            lastSeenAt: string | null;
            /** @description The address from which it was paired. */
            address: string | null;
            /** @description When the browser's 90 days end; null like `lastSeenAt`. */
            expiresAt: string | null;
            revokedAt: string | null;
        };
        Event: {
            deviceId: string;
            /** @example gas-meter */
            kind: string;
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            regionCode: string;
            eventId: string;
            /** @description One of the kind's events. */
            type: string;
            /**
             * @description A lasting event comes as new, update and end under one eventId.
             * @enum {string}
             */
            phase: "instant" | "new" | "update" | "end";
            /**
             * Format: date-time
             * @description By the device's clock.
             */
            observedAt: string;
            /**
             * Format: date-time
             * @description By the platform's clock.
             */
            receivedAt: string;
            /** @description All other fields that the device sent. */
            data: {
                [key: string]: unknown;
            };
        };
        Exchange: {
            id: number;
            metric: string;
            /** Format: date-time */
            at: string;
            oldRegister: number;
            newRegister: number;
            /** @description The id of the person or application that recorded it. */
            madeBy: string;
            /** Format: date-time */
            madeAt: string;
        };
        FleetSeries: {
            /** @example gas-meter */
            kind: string;
            /**
             * @description The source of the buckets: readings, readings by whole hours, or kept days.
             * @enum {string}
             */
            source: "raw" | "1h" | "1d";
            interval: string;
            timeZone: string;
            /**
             * Format: date-time
             * @description The range of the request, widened to whole buckets.
             */
            from: string;
            /** Format: date-time */
            to: string;
            /** @description The values in each bucket, with their UCUM units. */
            columns: {
                metric: string;
                /** @enum {string} */
                aggregate: "avg" | "min" | "max" | "sum" | "count" | "first" | "last" | "delta";
                unit: string | null;
            }[];
            region: string | null;
            /** @enum {string} */
            groupBy: "region" | "device";
            /** @description The level of the groups; null when grouped by device. */
            level: ("province" | "city" | "county" | "township" | "village") | null;
            items: {
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                regionCode: string;
                /** @description The region's or the device's. */
                name: string | null;
                /** @description Only when grouped by device. */
                deviceId: string | null;
                /** @description True when the device was deleted since. Only when grouped by device. */
                deleted: boolean | null;
                /** @description Since when the device was there, where it came from another region or owner. */
                from: string | null;
                /** @description Until when it was there, where it went to another region or owner or was deleted. */
                until: string | null;
                buckets: components["schemas"]["Bucket"][];
            }[];
            nextCursor: string | null;
        };
        ForgottenDevices: {
            forgotten: number;
        };
        ImportedAlert: {
            /** @description True when it had come before and the platform did nothing again. */
            duplicate: boolean;
            /** @enum {string} */
            disposition: "broadcast" | "cancel" | "acknowledged";
            /** @enum {string} */
            signature: "absent" | "verified" | "untrusted" | "invalid";
            /** @description The drafts made from it, or the broadcasts that it refers to. */
            items: components["schemas"]["Broadcast"][];
            warnings: {
                rule: string;
                message: string;
            }[];
        };
        Kind: {
            /** @example gas-meter */
            kind: string;
            title: {
                en: string;
                zh: string;
            };
            /** @description The source of the facts about the kind. */
            source: string;
            /** @description True when its devices publish for others. */
            gateway: boolean;
            /** @description What its devices can do; devices that `sounds` are the targets of broadcasts. */
            capabilities: ("sounds" | "shows" | "locates" | "hasValve" | "gateway")[];
            /** @description The schemes of the identities that its devices may have. */
            identities: ("deveui" | "sim" | "mn" | "gb26875" | "sl651" | "cjt188" | "gb28181")[];
            /** @description How often a healthy device reports. */
            reportIntervalSeconds: number;
            metrics: {
                /** @description The same name in telemetry, JSON, CSV and SQL. */
                key: string;
                /** @enum {string} */
                type: "gauge" | "counter" | "state" | "text";
                /** @description UCUM code; null for states and texts. */
                unit: string | null;
                about: string;
                /** @description A short name for Chinese screens. */
                zh: string;
                /** @description The platform refuses a value below this as `off_scale` and keeps its neighbours. */
                min: number | null;
                max: number | null;
                /** @description The value that its sensor sends when it has none: the platform refuses it as `sensor_fault`. */
                sentinels: number[] | null;
                /** @description The number of decimals that the platform keeps; it rounds a value with more. */
                decimals: number | null;
                /** @description The closed list of a state's values. */
                values: string[] | null;
                /** @description The words of `values` for Chinese screens. */
                zhValues: {
                    [key: string]: string;
                } | null;
                maxLength: number | null;
                /** @description When a counter may go back to zero. */
                resets: string | null;
                /** @description True when a counter begins anew by itself, so that any value to which it falls counts as usage. */
                restarts: boolean | null;
                /** @description The amount by which a counter's last digit may tremble; a fall of ten times that is not yet a new register. */
                tolerance: number | null;
                /** @description The first number that a counter's register cannot show: it goes on from 0. */
                rollsOverAt: number | null;
                /** @description The aggregates that a series can show; the first is the default. */
                aggregates: ("avg" | "min" | "max" | "sum" | "count" | "first" | "last" | "delta")[];
                /** @description The same over several devices at once. */
                fleetAggregates: ("avg" | "min" | "max" | "sum" | "count" | "first" | "last" | "delta")[];
            }[];
            events: {
                type: string;
                about: string;
                /** @description The same for Chinese screens. */
                zh: string;
            }[];
            alarms: {
                rule: string;
                /** @enum {string} */
                type: "high" | "low" | "state" | "event" | "silence" | "off_scale";
                /** @enum {string} */
                severity: "critical" | "major" | "minor" | "warning";
                about: string;
                /** @description The same for Chinese screens. */
                zh: string;
                metric: string | null;
                /** @description For high and low, in the quantity's unit. */
                limit: number | null;
                /** @description True when only an acknowledgement clears it. */
                latched: boolean;
            }[];
            /** @description The commands that its devices obey. Their parameters are checked; others are handed over. */
            commands: {
                name: string;
                title: {
                    en: string;
                    zh: string;
                };
                about: string;
                /** @description The same for Chinese screens. */
                aboutZh: string;
                /** @description True when people or things can come to harm by it: ask before it is sent. */
                dangerous: boolean;
                parameters: {
                    name: string;
                    /** @enum {string} */
                    type: "number" | "text" | "boolean" | "choice";
                    about: string;
                    /** @description The same for Chinese screens. */
                    zh: string;
                    required: boolean;
                    /** @description UCUM code of a number. */
                    unit: string | null;
                    min: number | null;
                    max: number | null;
                    maxLength: number | null;
                    /** @description The values of a choice. */
                    values: string[] | null;
                    /** @description The words of `values` for Chinese screens. */
                    zhValues: {
                        [key: string]: string;
                    } | null;
                }[];
            }[];
        };
        KindLedger: {
            /** @example gas-meter */
            kind: string;
            received: number;
            stored: number;
            /** @description Sent again and stored once. */
            duplicate: number;
            /** @description Listed with their reasons under /v1/rejections. */
            rejected: number;
            /** @description Received and not yet committed, so not yet acknowledged. */
            pending: number;
        };
        Latest: {
            /**
             * @description Chosen by the operator; also the device's MQTT user name.
             * @example meter-0001
             */
            deviceId: string;
            /** @example gas-meter */
            kind: string;
            /** @description Null when the device has never reported. */
            reading: components["schemas"]["Reading"] | null;
            /** @description By the key of the quantity; null when the device has never sent it. */
            metrics: {
                [key: string]: {
                    value: number | string;
                    /**
                     * Format: date-time
                     * @description When it was observed, by the device's clock.
                     */
                    observedAt: string;
                } | null;
            };
        };
        LatestOfDevice: {
            /**
             * @description Chosen by the operator; also the device's MQTT user name.
             * @example meter-0001
             */
            deviceId: string;
            name: string | null;
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            regionCode: string;
            /** @description When the newest of the values below was observed; null where there is none. */
            observedAt: string | null;
            /** @description By the key of the quantity; null when the device has never sent it. */
            metrics: {
                [key: string]: {
                    value: number | string;
                    /**
                     * Format: date-time
                     * @description When it was observed, by the device's clock.
                     */
                    observedAt: string;
                } | null;
            };
        };
        /** @description The account of everything that a device sent, in items: each reading, event and reply is one, and a message that cannot be decoded is one. received = stored + duplicate + rejected + pending. */
        Ledger: {
            received: number;
            stored: number;
            /** @description Sent again and stored once. */
            duplicate: number;
            /** @description Listed with their reasons under /v1/rejections. */
            rejected: number;
            /** @description Received and not yet committed, so not yet acknowledged. */
            pending: number;
        };
        ListedAccessChange: {
            id: number;
            /** @description The person whom the change is about. */
            person: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
                name: string;
            };
            /**
             * @description `create`, `grants`, `password`, `second_factor` (removed), `enable` (let in again).
             * @enum {string}
             */
            kind: "create" | "grants" | "password" | "second_factor" | "enable" | "owner";
            /** @description The administrator who did it; `administrator` is the administrator's key. */
            askedBy: {
                id: string;
                name: string;
            };
            /** Format: date-time */
            askedAt: string;
            /**
             * Format: date-time
             * @description From then on it holds by itself, unless it is refused before.
             */
            effectiveAt: string;
            /**
             * @description `waiting`; `effective`: it has waited long enough; `confirmed`; `refused`; `overtaken`: the operator of the machine gave another password.
             * @enum {string}
             */
            state: "waiting" | "effective" | "confirmed" | "refused" | "overtaken";
            decidedBy: string | null;
            decidedAt: string | null;
            reason: string | null;
            /** @description The people who may let it hold at once; null: it no longer waits. */
            confirm: {
                /** @description True when you may. */
                you: boolean;
                /** @description The people of your own areas who may. */
                people: {
                    /**
                     * @description One name space for people and applications. Never given again: the audit names it.
                     * @example zhang.wei
                     */
                    id: string;
                    name: string;
                }[];
                /** @description The number of people who may and reach beyond your areas. */
                others: number;
                /** @description The command that the operator of the machine runs. */
                machine: string;
            } | null;
        };
        Location: {
            /** @description Degrees, WGS 84. */
            longitude: number;
            /** @description Degrees, WGS 84. */
            latitude: number;
        };
        LocationInput: {
            /** @description Degrees, WGS 84. */
            longitude: number;
            /** @description Degrees, WGS 84. */
            latitude: number;
        };
        MadeApiKey: {
            /** @description The part after `sbi_`: it names the key and is no secret. */
            prefix: string;
            /** Format: date-time */
            createdAt: string;
            /** @description Null: never. */
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description To the minute; null: never. */
            lastUsedAt: string | null;
            /** @description The person to whom it was shown when it was made. Null: the operator of the machine, or no longer known. */
            madeBy: string | null;
            /** @description The key. It is shown this once and kept only as a hash. */
            key: string;
        };
        Me: {
            /** @enum {string} */
            type: "person" | "application" | "display";
            /**
             * @description One name space for people and applications. Never given again: the audit names it.
             * @example zhang.wei
             */
            id: string;
            name: string;
            /** @description Null: the platform's operator. */
            tenant: components["schemas"]["Tenant"] | null;
            /** @description The grants as they were given. */
            grants: ({
                role: string;
                area: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                };
                /**
                 * Format: date-time
                 * @description Until then the steps that make a speaker sound wait. Absent: nothing waits.
                 */
                waitsUntil?: string;
            } | {
                scopes: string[];
                area: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                };
            })[];
            /** @description The effect of the grants: every allowed action, and the areas in which it is allowed. */
            actions: {
                /** @enum {string} */
                action: "kinds:read" | "regions:read" | "devices:read" | "devices:write" | "devices:entrust" | "readings:read" | "readings:repair" | "ledger:read" | "events:read" | "alarms:read" | "alarms:acknowledge" | "rejections:read" | "rejections:replay" | "stream:read" | "commands:send" | "broadcasts:read" | "broadcasts:draft" | "broadcasts:submit" | "broadcasts:approve" | "broadcasts:release" | "broadcasts:cancel" | "broadcasts:retry" | "broadcasts:review" | "broadcasts:note" | "broadcasts:templates" | "access:read" | "access:write" | "audit:read";
                areas: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                }[];
            }[];
            /** @description Changes by administrators to this person, because of which steps that make a speaker sound still wait. If you know nothing of a change, tell another administrator, who can refuse it. */
            waiting: components["schemas"]["AccessChange"][];
            /** @description For administrators of access: the number of changes that wait to be confirmed or refused, at most 100. */
            toDecide: number;
            /** @description Applications that this person answers for. */
            applications: string[];
        };
        OpenedSession: {
            session: components["schemas"]["Session"];
            person: {
                id: string;
                name: string;
                tenantId: string | null;
            };
            /** @description For sessions of type `bearer`: send it as `Authorization: Bearer`. Shown this once. Null for others. */
            token: string | null;
            /** @description For sessions of type `cookie`: send it as `X-CSRF-Token` with every request but GET and HEAD. Null for others. */
            csrfToken: string | null;
        };
        OwnBroadcastTemplate: {
            /** @enum {string} */
            source: "built-in" | "own";
            /** @description For a built-in template, its event code. */
            id: string;
            /** @description Null: built in. */
            version: number | null;
            eventCode: string;
            /** @description Null: for each level that has no template of its own. */
            level: number | null;
            /** @description Null for a code for which the platform has no names. */
            event: {
                zh: string;
                en: string;
            } | null;
            /** @enum {string} */
            category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
            responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
            /** @description With `{place}`, `{time}`, `{level}` and `{colour}`, unless a level was given. */
            texts: {
                language: string;
                headline: string;
                description: string;
                instruction?: string;
            }[];
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description When this version was written.
             */
            changedAt: string;
            changedBy: string;
        };
        PairedDisplay: {
            display: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
                name: string;
                /**
                 * @description A tenant's id.
                 * @example guiyang-gas
                 */
                tenantId: string;
                area: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                };
            };
            session: components["schemas"]["Session"];
        };
        Person: {
            /**
             * @description One name space for people and applications. Never given again: the audit names it.
             * @example zhang.wei
             */
            id: string;
            /**
             * @description A tenant's id.
             * @example guiyang-gas
             */
            tenantId: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** @description Since when they are shut out; null: they are not. */
            disabledAt: string | null;
            grants: {
                role: string;
                area: {
                    regions: "all" | string[];
                    kinds: "all" | string[];
                    tenants: "all" | string[];
                    devices: "all" | string[];
                };
                /**
                 * Format: date-time
                 * @description Until then the steps that make a speaker sound wait. Absent: nothing waits.
                 */
                waitsUntil?: string;
            }[];
        };
        Problem: {
            /** @description A URN made of the code. */
            type: string;
            /** @description The code in words; the same for every occurrence. */
            title: string;
            status: number;
            /** @description What was wrong this time, where, and what was expected. */
            detail: string;
            /**
             * @description Stable: branch on this.
             * @enum {string}
             */
            code: "invalid_request" | "invalid_cursor" | "range_too_wide" | "readings_dropped" | "unsupported_media_type" | "payload_too_large" | "command_too_large" | "cap_invalid" | "cap_not_for_broadcast" | "cap_expired" | "cap_too_complex" | "unauthorized" | "sign_in_failed" | "code_required" | "provider_sign_in_failed" | "pairing_failed" | "forbidden" | "csrf_refused" | "wrong_password" | "wrong_code" | "rate_limited" | "too_many_attempts" | "own_submission" | "own_content" | "application_without_owner" | "second_factor_required" | "step_up_required" | "second_factor_wrong" | "own_release" | "not_independent" | "not_found" | "device_not_found" | "repair_not_found" | "exchange_not_found" | "region_not_found" | "rejection_not_found" | "session_not_found" | "tenant_not_found" | "person_not_found" | "application_not_found" | "display_not_found" | "key_not_found" | "change_not_found" | "totp_not_found" | "alarm_not_found" | "template_not_found" | "revision_not_found" | "broadcast_not_found" | "alert_not_found" | "device_exists" | "identity_taken" | "tenant_exists" | "principal_exists" | "display_revoked" | "key_ended" | "change_decided" | "gateway_in_use" | "device_not_listening" | "exchange_exists" | "exchange_contradicted" | "nothing_to_repair" | "already_undone" | "repair_covered" | "already_replayed" | "no_password" | "totp_exists" | "totp_not_started" | "template_exists" | "template_changed" | "broadcast_state" | "broadcast_changed" | "broadcast_incomplete" | "broadcast_expired" | "broadcast_superseded" | "green_channel_closed" | "sign_in_busy" | "cap_busy" | "provider_unavailable" | "signing_keys_missing" | "database_unavailable" | "shutting_down" | "internal";
            /** @description Also in the X-Request-Id header; the platform's log names it. */
            requestId: string;
            /** @description Each fault of the request: where it is and what was expected there. */
            faults?: {
                path: string;
                message: string;
                line?: number;
                column?: number;
                /** @description A stable name of the rule that was broken. */
                rule?: string;
            }[];
            /** @description Of `broadcast_changed`: the differences from the revision that the caller had read. */
            changes?: {
                path: string;
                before: unknown;
                after: unknown;
            }[];
        };
        Readiness: {
            ready: boolean;
            checks: {
                name: string;
                ok: boolean;
                detail?: string;
            }[];
        };
        Reading: {
            /**
             * Format: date-time
             * @description By the device's clock.
             */
            observedAt: string;
            /**
             * Format: date-time
             * @description By the platform's clock; up to a second late, as the delay is kept in whole seconds.
             */
            receivedAt: string;
            /** @description By the key of the quantity; null when the device left it out. */
            metrics: {
                [key: string]: number | string | null;
            };
            /** @description True when a person has corrected it: see the repairs of the device. */
            corrected: boolean;
            /** @description The values that it sent under keys that its kind does not know. */
            extra: {
                [key: string]: unknown;
            } | null;
        };
        Region: {
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            code: string;
            parentCode: string | null;
            name: string;
            /** @description In English, or in pinyin. */
            nameEn: string | null;
            /** @enum {string} */
            level: "province" | "city" | "county" | "township" | "village";
            location: components["schemas"]["Location"] | null;
            /** @description Regions directly below. */
            childCount: number;
        };
        RegionDetail: {
            /**
             * @description Statistical division code, cut to its level.
             * @example 520102
             */
            code: string;
            parentCode: string | null;
            name: string;
            /** @description In English, or in pinyin. */
            nameEn: string | null;
            /** @enum {string} */
            level: "province" | "city" | "county" | "township" | "village";
            location: components["schemas"]["Location"] | null;
            /** @description Regions directly below. */
            childCount: number;
            /** @description From the province down to the parent. */
            ancestors: {
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                code: string;
                name: string;
                /** @enum {string} */
                level: "province" | "city" | "county" | "township" | "village";
            }[];
            /** @description The number of devices in the region and everything inside, by kind; kinds without a device are left out. */
            deviceCounts: {
                [key: string]: number;
            };
        };
        RejectedMessage: {
            id: number;
            /** Format: date-time */
            receivedAt: string;
            /** @description Null when it came from, or was meant for, an unknown device. */
            deviceId: string | null;
            /** @description The MQTT user name of the publisher. */
            publisher: string;
            /** @description The door by which it came: `mqtt` for what devices send here themselves, `mqtt-source` for a source that the platform subscribes to. */
            door: string;
            /** @description Where or as what it came, in the words of the door's protocol: over MQTT, the topic. */
            topic: string;
            /** @description One of a closed list, e.g. `off_scale`. */
            reason: string;
            /** @description What was wrong, and what was expected. */
            detail: string;
            /** @description The number of messages that this stands for: messages of one device on one foreign topic within an hour are one rejection, with the payload of the first. */
            messages: number;
            /** @description The number of items that this stands for: items of one message that were refused for one reason are one rejection. */
            items: number;
            /** @description True for values out of items whose other values were kept. The ledger counts such items as stored. */
            partial: boolean;
            /** @description Its full length. The platform keeps all of it, except of a payload from a source what lies beyond 321 KiB. */
            payloadBytes: number;
            replayedAt: string | null;
            replayOutcome: string | null;
            payload: {
                /**
                 * @description base64 when the payload is not UTF-8 text.
                 * @enum {string}
                 */
                encoding: "utf8" | "base64";
                data: string;
            };
        };
        Rejection: {
            id: number;
            /** Format: date-time */
            receivedAt: string;
            /** @description Null when it came from, or was meant for, an unknown device. */
            deviceId: string | null;
            /** @description The MQTT user name of the publisher. */
            publisher: string;
            /** @description The door by which it came: `mqtt` for what devices send here themselves, `mqtt-source` for a source that the platform subscribes to. */
            door: string;
            /** @description Where or as what it came, in the words of the door's protocol: over MQTT, the topic. */
            topic: string;
            /** @description One of a closed list, e.g. `off_scale`. */
            reason: string;
            /** @description What was wrong, and what was expected. */
            detail: string;
            /** @description The number of messages that this stands for: messages of one device on one foreign topic within an hour are one rejection, with the payload of the first. */
            messages: number;
            /** @description The number of items that this stands for: items of one message that were refused for one reason are one rejection. */
            items: number;
            /** @description True for values out of items whose other values were kept. The ledger counts such items as stored. */
            partial: boolean;
            /** @description Its full length. The platform keeps all of it, except of a payload from a source what lies beyond 321 KiB. */
            payloadBytes: number;
            replayedAt: string | null;
            replayOutcome: string | null;
        };
        RejectionCounts: {
            /** @enum {string} */
            by: "reason" | "kind" | "door";
            /** @description Rejections in all. */
            total: number;
            /** @description Counts are never cut. */
            nextCursor: null;
            items: {
                /** @description Null: the kind of unknown devices. */
                value: string | null;
                rejections: number;
                /** @description The items that these stand for. */
                items: number;
            }[];
        };
        Repair: {
            id: number;
            /** @enum {string} */
            action: "void" | "correct";
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            reason: string;
            /** @description Null where readings were voided. */
            corrections: components["schemas"]["Correction"][] | null;
            /** @description The number of readings that it took away or changed. */
            readings: number;
            /** @description The id of the person or application that made it. */
            madeBy: string;
            /** Format: date-time */
            madeAt: string;
            undone: {
                by: string;
                /** Format: date-time */
                at: string;
                reason: string;
                /** @description The number of readings that have all of their values again. Values of the others that the device has contradicted since are rejections `conflict`. */
                restored: number;
            } | null;
        };
        RepairedReading: {
            /**
             * Format: date-time
             * @description By the device's clock.
             */
            observedAt: string;
            /**
             * Format: date-time
             * @description By the platform's clock; up to a second late, as the delay is kept in whole seconds.
             */
            receivedAt: string;
            /** @description By the key of the quantity; null when the device left it out. */
            metrics: {
                [key: string]: number | string | null;
            };
            /** @description The values that it sent under keys that its kind does not know. */
            extra: {
                [key: string]: unknown;
            } | null;
        };
        Replay: {
            /** @enum {string} */
            outcome: "stored" | "duplicate" | "rejected";
            detail: string;
        };
        Reply: {
            commandId: string;
            /** @description In the device's own words; those of speakers are in docs/terminals.md. */
            outcome: string;
            /**
             * Format: date-time
             * @description By the device's clock.
             */
            observedAt: string;
            /**
             * Format: date-time
             * @description By the platform's clock.
             */
            receivedAt: string;
            /** @description All other fields that the device sent. */
            data: {
                [key: string]: unknown;
            };
        };
        RotatedApiKey: {
            new: components["schemas"]["MadeApiKey"];
            old: components["schemas"]["ApiKey"];
        };
        SentCommand: {
            /**
             * @description The id that the device's replies name.
             * @example cmd-Zk3v9QpLx0aT7_Rb
             */
            commandId: string;
            /**
             * @description Chosen by the operator; also the device's MQTT user name.
             * @example meter-0001
             */
            deviceId: string;
            /** @description An open connection of the device, or of its gateway, took it. The outcome is in `/v1/devices/{id}/replies`. */
            delivered: boolean;
        };
        Session: {
            /** @description Its number. */
            no: number;
            /**
             * @description `cookie` for browsers, `bearer` for everything else.
             * @enum {string}
             */
            type: "cookie" | "bearer";
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description To the minute.
             */
            lastSeenAt: string;
            /**
             * Format: date-time
             * @description It ends then, or earlier when it is not used for an hour; a display's ends only then.
             */
            expiresAt: string;
            /** @description The address that the sign-in came from. */
            address: string | null;
            userAgent: string | null;
            /** @description True for the session of this request. */
            current: boolean;
        };
        ShownBroadcast: {
            /** @example bc-20260131-7k2m9xqd */
            id: string;
            /** @enum {string} */
            state: "draft" | "pending_approval" | "returned" | "rejected" | "approved" | "dispatching" | "playing" | "completed" | "cancelled" | "expired" | "failed";
            revision: number;
            /** @description The tenant of its author; null: the platform's operator. */
            tenantId: string | null;
            headline: string;
            /** @description As it is stored; `missing` names what keeps it from being submitted. */
            message: {
                /** @enum {string} */
                mode: "actual" | "drill" | "training";
                /** @enum {string} */
                class: "emergency" | "daily";
                level: 1 | 2 | 3 | 4;
                eventCode?: string;
                texts: {
                    language: string;
                    headline: string;
                    description: string;
                    instruction?: string;
                }[];
                target: {
                    regions: string[];
                    polygons: number[][][];
                    circles: {
                        longitude: number;
                        latitude: number;
                        radiusKm: number;
                    }[];
                    exclude?: string[];
                };
                /** Format: date-time */
                startsAt?: string;
                /** Format: date-time */
                expiresAt?: string;
                volume: number | null;
                repeatCount: number;
                /** @enum {string} */
                category: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                /** @enum {string} */
                urgency: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                /** @enum {string} */
                certainty: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                responseTypes: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                senderName?: string;
                contact?: string;
                web?: string;
            };
            /** @description Reasons why the draft cannot be submitted; empty once it was released. */
            missing: {
                path: string;
                message: string;
            }[];
            /** @description Parts of its texts that do not fit its mode, level, event or place and may be meant so. Read them before you approve. */
            warnings: {
                rule: string;
                path: string;
                message: string;
            }[];
            /** @description Regions that it reaches; for polygons and circles, the counties of the speakers in them. */
            regions: string[];
            createdBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            submittedBy: string | null;
            /** @description The person who approved it, or released it by the green channel. */
            approvedBy: string | null;
            greenChannel: boolean;
            /**
             * @description Of a release by the green channel.
             * @enum {string}
             */
            review: "none" | "open" | "done";
            releasedAt: string | null;
            /** @description The end that was asked for; once it was released, the moment when it is over. */
            expiresAt: string | null;
            /** @description The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired. */
            airedUntil: string | null;
            endedAt: string | null;
            cancelledAt: string | null;
            cancelReason: string | null;
            /** @description How often the platform has ordered its speakers to play; 0 before release. */
            attempt: number;
            /** @description Broadcasts that are cancelled when it is released. */
            replaces: string[];
            /** @description The CAP alert from which it was made. */
            source: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                /** @description CAP's; null for alerts that were imported before the platform recorded it. */
                status: string | null;
                signature: string;
                /** @description Parts of the alert that the import could not take as they were, and its assumptions. Read them before you approve. */
                warnings: {
                    rule: string;
                    message: string;
                }[];
                /** @description The alert as it came can be had at `/v1/broadcasts/{id}/alert`, for as long as it is kept where nothing of it was released. */
                document: boolean;
            } | null;
            /** @description The template of its texts; null: somebody wrote them, or they came in an alert. */
            template: {
                /** @enum {string} */
                source: "built-in" | "own";
                id: string;
                version: number | null;
            } | null;
            /** @description A later alert of its author that says other things, or that the danger is over. Submitting, approving, releasing and retrying need `acknowledgeSuperseded`. */
            supersededBy: {
                sender: string;
                identifier: string;
                sent: string;
                msgType: string;
                at: string;
                why: string;
            } | null;
            proposedByAlarm: number | null;
            attachments: {
                kind: string;
                deviceId: string;
                distanceKm: number | null;
            }[];
            /** @description Null before release. */
            counts: components["schemas"]["BroadcastCounts"] | null;
            /** @description The other content of the alert from which it was made, in CAP's words. It goes out again with the broadcast's own alert. */
            alert: {
                source?: string;
                addresses?: string;
                restriction?: string;
                codes?: string[];
                note?: string;
                incidents?: string;
                categories?: string[];
                onset?: string;
                eventCodes?: {
                    valueName: string;
                    value: string;
                }[];
                infos: {
                    language: string;
                    event: string;
                    audience?: string;
                    senderName?: string;
                    contact?: string;
                    web?: string;
                    parameters?: {
                        valueName: string;
                        value: string;
                    }[];
                    resources?: {
                        resourceDesc: string;
                        mimeType: string;
                        size?: number;
                        uri?: string;
                        digest?: string;
                        hasContent?: boolean;
                    }[];
                    areas: string[];
                }[];
                areas: {
                    regions?: string[];
                    shapes?: string[];
                    geocodes?: {
                        valueName: string;
                        value: string;
                    }[];
                    altitude?: number;
                    ceiling?: number;
                }[];
            } | null;
            /** @description Broadcasts that are to take its place, or have taken it. */
            replacedBy: string[];
            /** @description The newest 50; in the report all of them. */
            notes: components["schemas"]["BroadcastNote"][];
            /** @description Each step, and whether you may take it now, given a reason where one is needed. */
            steps: {
                /** @enum {string} */
                action: "change" | "submit" | "approve" | "return" | "reject" | "release" | "cancel" | "retry" | "review";
                allowed: boolean;
                /** @description The error code with which the step would be refused. */
                code: string | null;
                detail: string | null;
                /** @description True when the step needs a fresh code of your second factor. */
                needsCode: boolean;
            }[];
        };
        Summary: {
            /** @description The region that was asked for; null: everywhere. */
            region: {
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                code: string;
                name: string;
                /** @enum {string} */
                level: "province" | "city" | "county" | "township" | "village";
                parentCode: string | null;
            } | null;
            /**
             * @description The level of the items.
             * @enum {string}
             */
            level: "province" | "city" | "county" | "township" | "village";
            /**
             * Format: date-time
             * @description The moment by which the devices' statuses were decided.
             */
            asOf: string;
            /** @description The region as a whole. It holds devices that are registered above the level of the items, too. */
            total: {
                /** @description By kind; kinds without a device are left out. */
                devices: {
                    [key: string]: {
                        total: number;
                        ok: number;
                        late: number;
                        silent: number;
                        never: number;
                    };
                };
                /** @description The same over all kinds whose devices sound. `connected`: those that have a connection, so that a broadcast would reach them now, as previews count them. */
                speakers: {
                    total: number;
                    ok: number;
                    late: number;
                    silent: number;
                    never: number;
                    connected: number;
                };
                /** @description Active alarms by severity; null without `alarms:read`. */
                alarms: {
                    critical: {
                        active: number;
                        unacknowledged: number;
                    };
                    major: {
                        active: number;
                        unacknowledged: number;
                    };
                    minor: {
                        active: number;
                        unacknowledged: number;
                    };
                    warning: {
                        active: number;
                        unacknowledged: number;
                    };
                } | null;
                /** @description Broadcasts that reach into the region; one counts in each region that it reaches. Null without `broadcasts:read`. */
                broadcasts: {
                    onAir: number;
                    pendingApproval: number;
                    openReview: number;
                } | null;
            };
            items: {
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                code: string;
                name: string;
                /** @enum {string} */
                level: "province" | "city" | "county" | "township" | "village";
                parentCode: string | null;
                nameEn: string | null;
                /** @description By kind; kinds without a device are left out. */
                devices: {
                    [key: string]: {
                        total: number;
                        ok: number;
                        late: number;
                        silent: number;
                        never: number;
                    };
                };
                /** @description The same over all kinds whose devices sound. `connected`: those that have a connection, so that a broadcast would reach them now, as previews count them. */
                speakers: {
                    total: number;
                    ok: number;
                    late: number;
                    silent: number;
                    never: number;
                    connected: number;
                };
                /** @description Active alarms by severity; null without `alarms:read`. */
                alarms: {
                    critical: {
                        active: number;
                        unacknowledged: number;
                    };
                    major: {
                        active: number;
                        unacknowledged: number;
                    };
                    minor: {
                        active: number;
                        unacknowledged: number;
                    };
                    warning: {
                        active: number;
                        unacknowledged: number;
                    };
                } | null;
                /** @description Broadcasts that reach into the region; one counts in each region that it reaches. Null without `broadcasts:read`. */
                broadcasts: {
                    onAir: number;
                    pendingApproval: number;
                    openReview: number;
                } | null;
            }[];
            /** @description A summary is never cut. */
            nextCursor: null;
        };
        Tenant: {
            /**
             * @description A tenant's id.
             * @example guiyang-gas
             */
            id: string;
            name: string;
            /**
             * @description 政用, 民用 or 商用.
             * @enum {string}
             */
            use: "government" | "civil" | "commercial";
            /** Format: date-time */
            createdAt: string;
            /** @description Since when its people and applications are shut out. */
            disabledAt: string | null;
        };
        TotpEnrolment: {
            /** @description Base32, to type in. Shown this once. */
            secret: string;
            /** @description `otpauth://…`, to show as a QR code. */
            uri: string;
        };
        UnknownDevice: {
            scheme: string;
            /** @description In the one form that its scheme has. */
            value: string;
            /** @description The door by which it came last. */
            door: string;
            /** @description Where it came from on the network; null where its door does not know. */
            address: string | null;
            /** Format: date-time */
            firstSeenAt: string;
            /** Format: date-time */
            lastSeenAt: string;
            /** @description How many have come; none of them was acknowledged. */
            messages: number;
            /** @description How many of the newest are kept, and taken in once the device is registered. */
            waiting: number;
            /** @description The first 256 bytes of the newest message that is kept. */
            sample: {
                /**
                 * @description base64 when it is not UTF-8 text.
                 * @enum {string}
                 */
                encoding: "utf8" | "base64";
                data: string;
            } | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        version: string;
                    };
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every check is ok. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description At least one is not. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Text format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getConsole: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Console"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Session"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The person's id. */
                    username: string;
                    /** Format: password */
                    password: string;
                    /** @description The second factor's code, where one is set up. */
                    code?: string;
                    /**
                     * @description `cookie` for browsers, `bearer` for everything else.
                     * @default cookie
                     * @enum {string}
                     */
                    type?: "cookie" | "bearer";
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedSession"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. `sign_in_failed`: The name, the password or the code is not right. `code_required`: A code of the second factor is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `sign_in_busy`: Too many people are signing in at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCurrentSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentSession"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `session_not_found`: There is no such session. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `session_not_found`: There is no such session. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                no: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `session_not_found`: There is no such session. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startProviderSignIn: {
        parameters: {
            query?: {
                /** @description A path of this platform where the browser goes when it is signed in. */
                returnTo?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `provider_unavailable`: The identity provider cannot be reached at the moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishProviderSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. `provider_sign_in_failed`: The identity provider did not confirm who this is. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `provider_unavailable`: The identity provider cannot be reached at the moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeMyPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: password */
                    current: string;
                    /**
                     * Format: password
                     * @description 10 to 256 characters, without your id or name, and none of the commonest passwords.
                     */
                    new: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `wrong_password`: The current password is not right. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `no_password`: This person signs in through an identity provider and has no password here. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `sign_in_busy`: Too many people are signing in at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startMyTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: password */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpEnrolment"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `wrong_password`: The current password is not right. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `totp_exists`: A second factor is set up already. `no_password`: This person signs in through an identity provider and has no password here. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `sign_in_busy`: Too many people are signing in at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMyTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: password */
                    password: string;
                    /** @description The six digits that the authenticator app shows. */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `wrong_code`: This is not the current code. `wrong_password`: The current password is not right. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `totp_not_found`: No second factor is set up. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `no_password`: This person signs in through an identity provider and has no password here. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `sign_in_busy`: Too many people are signing in at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmMyTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The six digits that the authenticator app shows. */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `wrong_code`: This is not the current code. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `totp_not_started`: No second factor is waiting for its code. `no_password`: This person signs in through an identity provider and has no password here. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description 政用, 民用 or 商用. */
                use?: "government" | "civil" | "commercial";
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Tenant"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description A tenant's id.
                     * @example guiyang-gas
                     */
                    id: string;
                    name: string;
                    /**
                     * @description 政用, 民用 or 商用.
                     * @enum {string}
                     */
                    use: "government" | "civil" | "commercial";
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `tenant_exists`: A tenant with this id exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description A tenant's id.
                 * @example guiyang-gas
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `tenant_not_found`: There is no such tenant. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description A tenant's id.
                 * @example guiyang-gas
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @description True shuts out its people and applications at once. Its devices go on reporting. */
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `tenant_not_found`: There is no such tenant. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /**
                 * @description A tenant's id.
                 * @example guiyang-gas
                 */
                tenant?: string;
                /** @description Part of the id or name, in any case. */
                q?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Person"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPerson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description One name space for people and applications. Never given again: the audit names it.
                     * @example zhang.wei
                     */
                    id: string;
                    /**
                     * @description A tenant's id.
                     * @example guiyang-gas
                     */
                    tenantId: string;
                    name: string;
                    /**
                     * @description The rights of this person, and where they hold.
                     * @default []
                     */
                    grants?: {
                        /** @enum {string} */
                        role: "viewer" | "operator" | "installer" | "dispatcher" | "duty-officer" | "approver" | "auditor" | "administrator";
                        area: components["schemas"]["AreaInput"];
                    }[];
                    /** @description A first password. Without one, the person signs in through an identity provider. */
                    password?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedPerson"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `principal_exists`: A person or application with this id exists or has existed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `sign_in_busy`: Too many people are signing in at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updatePerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @description True shuts it out at once; nobody is deleted. */
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedPerson"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPersonGrants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The rights of this person, and where they hold. */
                    grants: {
                        /** @enum {string} */
                        role: "viewer" | "operator" | "installer" | "dispatcher" | "duty-officer" | "approver" | "auditor" | "administrator";
                        area: components["schemas"]["AreaInput"];
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedPerson"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resetPersonPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: password */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Until this change holds, this approver or duty officer takes no step that makes a speaker sound; null: nothing waits. */
                        waiting: {
                            /** @description The newest change that they wait for; `how` names one of each administrator's. */
                            change: number;
                            /** Format: date-time */
                            waitsUntil: string;
                            /** @description How the wait ends by itself, and who can end it before. */
                            how: string;
                        } | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `sign_in_busy`: Too many people are signing in at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resetPersonTotp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Until this change holds, this approver or duty officer takes no step that makes a speaker sound; null: nothing waits. */
                        waiting: {
                            /** @description The newest change that they wait for; `how` names one of each administrator's. */
                            change: number;
                            /** Format: date-time */
                            waitsUntil: string;
                            /** @description How the wait ends by itself, and who can end it before. */
                            how: string;
                        } | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. `totp_not_found`: No second factor is set up. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPersonSessions: {
        parameters: {
            query?: {
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Session"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endPersonSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The number of those that were open. */
                        sessionsEnded: number;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `person_not_found`: There is no such person. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApplications: {
        parameters: {
            query?: {
                /**
                 * @description A tenant's id.
                 * @example guiyang-gas
                 */
                tenant?: string;
                /** @description Part of the id or name, in any case. */
                q?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Application"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApplication: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description One name space for people and applications. Never given again: the audit names it.
                     * @example zhang.wei
                     */
                    id: string;
                    /**
                     * @description A tenant's id.
                     * @example guiyang-gas
                     */
                    tenantId: string;
                    name: string;
                    /**
                     * @description The rights of this application, and where they hold.
                     * @default []
                     */
                    grants?: {
                        scopes: ("kinds:read" | "regions:read" | "devices:read" | "readings:read" | "ledger:read" | "events:read" | "alarms:read" | "stream:read" | "broadcasts:read" | "devices:write" | "alarms:acknowledge" | "rejections:read" | "rejections:replay" | "commands:send" | "broadcasts:draft" | "broadcasts:submit" | "broadcasts:cancel")[];
                        area: components["schemas"]["AreaInput"];
                    }[];
                    /**
                     * @description The person who answers for it: its submissions count as theirs. Default: the person who adds it; needed with the administrator's key, which is no person.
                     * @example zhang.wei
                     */
                    ownerId?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `principal_exists`: A person or application with this id exists or has existed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApplication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateApplication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @description True shuts it out at once; nobody is deleted. */
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setApplicationGrants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The rights of this application, and where they hold. */
                    grants: {
                        scopes: ("kinds:read" | "regions:read" | "devices:read" | "readings:read" | "ledger:read" | "events:read" | "alarms:read" | "stream:read" | "broadcasts:read" | "devices:write" | "alarms:acknowledge" | "rejections:read" | "rejections:replay" | "commands:send" | "broadcasts:draft" | "broadcasts:submit" | "broadcasts:cancel")[];
                        area: components["schemas"]["AreaInput"];
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setApplicationOwner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description One name space for people and applications. Never given again: the audit names it.
                     * @example zhang.wei
                     */
                    ownerId: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ApiKey"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Default: never. */
                    expiresAt?: string | null;
                } | null;
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeApiKey"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
                prefix: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description How long the old key goes on; 0 ends it at once.
                     * @default 24
                     */
                    overlapHours?: number;
                    /** @description Of the new key. Default: the lifetime that the old key was made with. */
                    expiresAt?: string | null;
                } | null;
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedApiKey"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. `key_not_found`: The application has no such key. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `key_ended`: The key has been revoked or has expired. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
                prefix: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `application_not_found`: There is no such application. `key_not_found`: The application has no such key. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDisplays: {
        parameters: {
            query?: {
                /**
                 * @description A tenant's id.
                 * @example guiyang-gas
                 */
                tenant?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Display"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDisplay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description E.g. the room, and the place on its wall. */
                    name: string;
                    /**
                     * @description Default: the caller's own. Needed with the administrator's key, which has none.
                     * @example guiyang-gas
                     */
                    tenantId?: string;
                    area: {
                        /** @description Regions with everything inside them, by name. */
                        regions: string[];
                        kinds: "all" | string[];
                        /** @description Owners of devices; a device without an owner is in `all` only. */
                        tenants: "all" | string[];
                        /** @description Single devices. */
                        devices: "all" | string[];
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodedDisplay"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeemDisplayCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description As it was typed: in any case, with or without the hyphen; I and L are read as 1, and O as 0. */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PairedDisplay"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. `pairing_failed`: The pairing code is not right, or no longer good. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `csrf_refused`: The request does not show that it comes from the page that signed in. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewDisplayCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodedDisplay"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `display_not_found`: There is no such display. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `display_revoked`: The display has been revoked. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeDisplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `display_not_found`: There is no such display. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccessChanges: {
        parameters: {
            query?: {
                state?: "waiting" | "all";
                /**
                 * @description One name space for people and applications. Never given again: the audit names it.
                 * @example zhang.wei
                 */
                person?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ListedAccessChange"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmAccessChange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessChange"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `not_independent`: The requester and the confirmer of the change go back to the same maker. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `change_not_found`: There is no such change of access. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `change_decided`: The change of access is no longer waiting. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refuseAccessChange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessChange"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `change_not_found`: There is no such change of access. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `change_decided`: The change of access is no longer waiting. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Kind"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example gas-meter */
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Kind"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDevices: {
        parameters: {
            query?: {
                /** @example gas-meter */
                kind?: string;
                /**
                 * @description Devices in this region and everything inside it.
                 * @example 520102
                 */
                region?: string;
                /** @description Part of the id or name, in any case. */
                q?: string;
                /**
                 * @description Devices behind this gateway.
                 * @example meter-0001
                 */
                gateway?: string;
                /**
                 * @description Devices of this owner.
                 * @example guiyang-gas
                 */
                tenant?: string;
                /** @description Any of ok, late, silent and never, separated by commas. */
                status?: string;
                /** @description Devices with an active alarm, with one of this severity, or with none; where the caller may read alarms. */
                alarm?: "any" | "none" | "critical" | "major" | "minor" | "warning";
                /** @description A key of `attributes` and its value as text: `attribute=building:7`. A key that holds a colon, or begins with a quote, is quoted as in JSON: `attribute="modbus:40001":7`. */
                attribute?: string;
                /** @description The device with this identity: `identity=deveui:70b3d57ed0001a2b`. */
                identity?: string;
                /** @description `added`: in the order in which they were added. Empty values come first. */
                sort?: "added" | "id" | "name" | "lastSeenAt";
                order?: "asc" | "desc";
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of devices; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Device"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Chosen by the operator; also the device's MQTT user name.
                     * @example meter-0001
                     */
                    id: string;
                    /** @example gas-meter */
                    kind: string;
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    regionCode: string;
                    /** @description Its owner. Default: the caller's own tenant; null: the platform's operator. */
                    tenantId?: string | null;
                    name?: string | null;
                    location?: components["schemas"]["LocationInput"] | null;
                    gatewayId?: string | null;
                    /** @description Any JSON object of at most 16 KiB. */
                    attributes?: {
                        [key: string]: unknown;
                    };
                    model?: string | null;
                    /** @description The names by which protocols know it; separators and case are as you like. An identity belongs to one device. */
                    identities?: {
                        /**
                         * @description `deveui`: LoRaWAN; `sim`: JT/T 808; `mn`: HJ 212; `gb26875`: GB/T 26875.3; `sl651`: SL 651; `cjt188`: CJ/T 188; `gb28181`: GB/T 28181.
                         * @enum {string}
                         */
                        scheme: "deveui" | "sim" | "mn" | "gb26875" | "sl651" | "cjt188" | "gb28181";
                        value: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedDevice"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_exists`: A device with this id exists. `identity_taken`: Another device has this identity. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countDevices: {
        parameters: {
            query?: {
                /** @description `region`: by the level below the named region, or by province when none is named. */
                by?: "status" | "kind" | "region" | "tenant" | "gateway";
                /** @example gas-meter */
                kind?: string;
                /**
                 * @description Devices in this region and everything inside it.
                 * @example 520102
                 */
                region?: string;
                /** @description Part of the id or name, in any case. */
                q?: string;
                /**
                 * @description Devices behind this gateway.
                 * @example meter-0001
                 */
                gateway?: string;
                /**
                 * @description Devices of this owner.
                 * @example guiyang-gas
                 */
                tenant?: string;
                /** @description Any of ok, late, silent and never, separated by commas. */
                status?: string;
                /** @description Devices with an active alarm, with one of this severity, or with none; where the caller may read alarms. */
                alarm?: "any" | "none" | "critical" | "major" | "minor" | "warning";
                /** @description A key of `attributes` and its value as text: `attribute=building:7`. A key that holds a colon, or begins with a quote, is quoted as in JSON: `attribute="modbus:40001":7`. */
                attribute?: string;
                /** @description The device with this identity: `identity=deveui:70b3d57ed0001a2b`. */
                identity?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCounts"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `gateway_in_use`: Devices are still assigned to this gateway. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        /** @description Absent fields stay as they are; null empties a field; attributes and identities are replaced as a whole. A device keeps its id and kind. */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Statistical division code, cut to its level.
                     * @example 520102
                     */
                    regionCode?: string;
                    tenantId?: string | null;
                    name?: string | null;
                    location?: components["schemas"]["LocationInput"] | null;
                    gatewayId?: string | null;
                    /** @description Any JSON object of at most 16 KiB. */
                    attributes?: {
                        [key: string]: unknown;
                    };
                    model?: string | null;
                    /** @description The names by which protocols know it; separators and case are as you like. An identity belongs to one device. */
                    identities?: {
                        /**
                         * @description `deveui`: LoRaWAN; `sim`: JT/T 808; `mn`: HJ 212; `gb26875`: GB/T 26875.3; `sl651`: SL 651; `cjt188`: CJ/T 188; `gb28181`: GB/T 28181.
                         * @enum {string}
                         */
                        scheme: "deveui" | "sim" | "mn" | "gb26875" | "sl651" | "cjt188" | "gb28181";
                        value: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity_taken`: Another device has this identity. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateCredentials: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credentials"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDevicePoints: {
        parameters: {
            query?: {
                /** @description `minLon,minLat,maxLon,maxLat` in degrees, WGS 84; the edges belong to it. */
                bbox?: string;
                /** @example gas-meter */
                kind?: string;
                /**
                 * @description Devices in this region and everything inside it.
                 * @example 520102
                 */
                region?: string;
                /** @description Part of the id or name, in any case. */
                q?: string;
                /**
                 * @description Devices behind this gateway.
                 * @example meter-0001
                 */
                gateway?: string;
                /**
                 * @description Devices of this owner.
                 * @example guiyang-gas
                 */
                tenant?: string;
                /** @description Any of ok, late, silent and never, separated by commas. */
                status?: string;
                /** @description Devices with an active alarm, with one of this severity, or with none; where the caller may read alarms. */
                alarm?: "any" | "none" | "critical" | "major" | "minor" | "warning";
                /** @description A key of `attributes` and its value as text: `attribute=building:7`. A key that holds a colon, or begins with a quote, is quoted as in JSON: `attribute="modbus:40001":7`. */
                attribute?: string;
                /** @description The device with this identity: `identity=deveui:70b3d57ed0001a2b`. */
                identity?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePoints"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLatestReading: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Latest"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReadings: {
        parameters: {
            query?: {
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                from?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                to?: string;
                /** @description Keys of quantities, separated by commas. Default: all of the kind. */
                metrics?: string;
                /** @description By the device's clock; newest first by default. */
                order?: "asc" | "desc";
                /** @description Items per page, 500 by default, at most 5000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of readings; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Reading"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listExchanges: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Oldest first. */
                        items: components["schemas"]["Exchange"][];
                        /** @description The list is never cut. */
                        nextCursor: null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordExchange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description By the device's clock: readings from this moment on come from the new register.
                     */
                    at: string;
                    /** @description The last value of the old register, in the quantity's unit. */
                    oldRegister: number;
                    /** @description The first value of the new register. */
                    newRegister: number;
                    /** @description The counter; may be left out where the kind has one. */
                    metric?: string;
                    /** @description True when it stands although a reading before it is above the old register, or one after it below the new one. */
                    force?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `exchange_exists`: An exchange of the counter is already on record for that moment. `exchange_contradicted`: Readings on record contradict the registers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `readings_dropped`: Readings of the range have been dropped. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeExchange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
                exchange: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. `exchange_not_found`: There is no such exchange. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `readings_dropped`: Readings of the range have been dropped. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRepairs: {
        parameters: {
            query?: {
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Repair"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    makeRepair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    action: "void";
                    /**
                     * Format: date-time
                     * @description From this moment on, by the device's clock, which may have been wrong.
                     */
                    from: string;
                    /**
                     * Format: date-time
                     * @description Before this moment.
                     */
                    to: string;
                    /** @description The reason, which stays on record. */
                    reason: string;
                } | {
                    /** @enum {string} */
                    action: "correct";
                    /**
                     * Format: date-time
                     * @description From this moment on, by the device's clock, which may have been wrong.
                     */
                    from: string;
                    /**
                     * Format: date-time
                     * @description Before this moment.
                     */
                    to: string;
                    /** @description The reason, which stays on record. */
                    reason: string;
                    corrections: components["schemas"]["CorrectionInput"][];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repair"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `range_too_wide`: The time range holds too many buckets. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `nothing_to_repair`: There is no such reading in the range. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `readings_dropped`: Readings of the range have been dropped. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRepairedReadings: {
        parameters: {
            query?: {
                /** @description Items per page, 500 by default, at most 5000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
                repair: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of readings; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["RepairedReading"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undoRepair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
                repair: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The reason, which stays on record. */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repair"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. `repair_not_found`: There is no such repair. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `already_undone`: This repair has been undone. `repair_covered`: A later repair has changed the same readings. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `readings_dropped`: Readings of the range have been dropped. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLatest: {
        parameters: {
            query: {
                /** @example gas-meter */
                kind: string;
                /**
                 * @description Devices in this region and everything inside it.
                 * @example 520102
                 */
                region?: string;
                /** @description Keys of quantities, separated by commas. Default: all of the kind. */
                metrics?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of devices; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LatestOfDevice"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeviceSeries: {
        parameters: {
            query: {
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                from: string;
                /** @description Now by default. */
                to?: string;
                /** @description Keys of quantities, separated by commas. Default: all of the kind. */
                metrics?: string;
                /** @description The length of a bucket: minutes `15m`, hours `1h`, days `1d`, weeks from Monday `1w`, months `1mo`. */
                interval?: string;
                /** @description Any of avg, min, max, sum, count, first, last, delta, separated by commas. Default: avg of gauges, delta of counters, last of states and texts. */
                aggregate?: string;
                /** @description IANA time zone in which days, weeks and months begin. */
                timeZone?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
            };
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The series. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceSeries"];
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `range_too_wide`: The time range holds too many buckets. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `readings_dropped`: Readings of the range have been dropped. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFleetSeries: {
        parameters: {
            query: {
                /** @example gas-meter */
                kind: string;
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                region?: string;
                groupBy?: "region" | "device";
                /** @description With groupBy=region: the level of the groups, by default the one below `region`. */
                level?: "province" | "city" | "county" | "township" | "village";
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                from: string;
                /** @description Now by default. */
                to?: string;
                /** @description Keys of quantities, separated by commas. Default: all of the kind. */
                metrics?: string;
                /** @description The length of a bucket: minutes `15m`, hours `1h`, days `1d`, weeks from Monday `1w`, months `1mo`. */
                interval?: string;
                /** @description Any of avg, min, max, sum, count, first, last, delta, separated by commas. Default: avg of gauges, delta of counters, last of states and texts. */
                aggregate?: string;
                /** @description IANA time zone in which days, weeks and months begin. */
                timeZone?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of groups; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetSeries"];
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. `range_too_wide`: The time range holds too many buckets. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `readings_dropped`: Readings of the range have been dropped. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLedgers: {
        parameters: {
            query?: {
                /** @example gas-meter */
                kind?: string;
                /**
                 * @description Devices in this region and everything inside it.
                 * @example 520102
                 */
                region?: string;
                /**
                 * @description Devices behind this gateway.
                 * @example meter-0001
                 */
                gateway?: string;
                /** @description `kind`: the sums of all devices of each kind, all at once, with `kind` in place of the device. */
                groupBy?: "device" | "kind";
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of devices, or every kind; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["DeviceLedger"][];
                        nextCursor: string | null;
                    } | {
                        items: components["schemas"]["KindLedger"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLedger: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ledger"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUnknownDevices: {
        parameters: {
            query?: {
                /** @description `deveui`: LoRaWAN; `sim`: JT/T 808; `mn`: HJ 212; `gb26875`: GB/T 26875.3; `sl651`: SL 651; `cjt188`: CJ/T 188; `gb28181`: GB/T 28181. */
                scheme?: "deveui" | "sim" | "mn" | "gb26875" | "sl651" | "cjt188" | "gb28181";
                /** @description The device with this identity: `identity=deveui:70b3d57ed0001a2b`. */
                identity?: string;
                door?: string;
                /** @description Those that came last from this address, or from its IPv6 /64. */
                address?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["UnknownDevice"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetUnknownDevices: {
        parameters: {
            query: {
                /** @description Those that came last from this address, or from its IPv6 /64. */
                address: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForgottenDevices"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetUnknownDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `deveui`: LoRaWAN; `sim`: JT/T 808; `mn`: HJ 212; `gb26875`: GB/T 26875.3; `sl651`: SL 651; `cjt188`: CJ/T 188; `gb28181`: GB/T 28181. */
                scheme: "deveui" | "sim" | "mn" | "gb26875" | "sl651" | "cjt188" | "gb28181";
                value: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRejections: {
        parameters: {
            query?: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                device?: string;
                reason?: string;
                /** @description true: values out of items whose other values were kept; false: whole items and messages. */
                partial?: "true" | "false";
                /**
                 * @description Of devices that were then in this region, or inside it.
                 * @example 520102
                 */
                region?: string;
                /** @example gas-meter */
                kind?: string;
                /** @description Received from this moment on. */
                from?: string;
                /** @description Received before this moment. */
                to?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Rejection"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countRejections: {
        parameters: {
            query?: {
                by?: "reason" | "kind" | "door";
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                device?: string;
                reason?: string;
                /** @description true: values out of items whose other values were kept; false: whole items and messages. */
                partial?: "true" | "false";
                /**
                 * @description Of devices that were then in this region, or inside it.
                 * @example 520102
                 */
                region?: string;
                /** @example gas-meter */
                kind?: string;
                /** @description Received from this moment on. */
                from?: string;
                /** @description Received before this moment. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectionCounts"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRejection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedMessage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rejection_not_found`: There is no such rejected message. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayRejection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replay"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rejection_not_found`: There is no such rejected message. `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `already_replayed`: This message has been replayed and stored. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegions: {
        parameters: {
            query?: {
                /**
                 * @description The region whose children are listed; without any filter, the provinces.
                 * @example 520102
                 */
                parent?: string;
                /**
                 * @description All regions inside this one, however far below it.
                 * @example 520102
                 */
                under?: string;
                /** @description Regions of this level. */
                level?: "province" | "city" | "county" | "township" | "village";
                /** @description Part of the name, the beginning of any word of the English name (`wuch`, `daping`), in any case, or the beginning of the code. The higher levels come first. */
                q?: string;
                /** @description Items per page, 1000 by default, at most 5000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Region"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description The caller has the present answer: `If-None-Match` names its `ETag`. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRegion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegionDetail"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `region_not_found`: There is no such region. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSummary: {
        parameters: {
            query?: {
                /**
                 * @description The region whose parts are summed up; without it, everything.
                 * @example 520102
                 */
                region?: string;
                /** @description The level of the parts, below that of the region; the next one by default. */
                level?: "province" | "city" | "county" | "township" | "village";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `region_not_found`: There is no such region. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                device?: string;
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                region?: string;
                /** @example gas-meter */
                kind?: string;
                type?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                from?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                to?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Event"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAlarms: {
        parameters: {
            query?: {
                state?: "active" | "cleared" | "all";
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                device?: string;
                /**
                 * @description Statistical division code, cut to its level.
                 * @example 520102
                 */
                region?: string;
                /** @example gas-meter */
                kind?: string;
                severity?: "critical" | "major" | "minor" | "warning";
                /** @description True: acknowledged alarms; false: the others. */
                acknowledged?: "true" | "false";
                /** @description Rules, separated by commas. */
                rule?: string;
                /** @description Raised from this moment on. */
                from?: string;
                /** @description Raised before this moment. */
                to?: string;
                /** @description `raisedAt`: newest first. `severity`: the most urgent first, and the newest first among equals. */
                sort?: "raisedAt" | "severity";
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Alarm"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledgeAlarm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description A note on it. */
                    note?: string;
                    /** @description The person's name; the key's name by default. */
                    by?: string;
                } | null;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alarm"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `alarm_not_found`: There is no such alarm. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The name of the command, in the device's own words.
                     * @example close-valve
                     */
                    name: string;
                    /** @description Any JSON object of at most 16 KiB. */
                    parameters?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentCommand"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_listening`: Neither the device nor its gateway is connected and listening for its commands: try again later. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReplies: {
        parameters: {
            query?: {
                /** @description Only replies to the command of this id. */
                command?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                from?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                to?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Chosen by the operator; also the device's MQTT user name.
                 * @example meter-0001
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Reply"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_not_found`: There is no such device. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcasts: {
        parameters: {
            query?: {
                /** @description States, separated by commas. */
                state?: string;
                /**
                 * @description Broadcasts that reach into this region.
                 * @example 520102
                 */
                region?: string;
                level?: number;
                mode?: "actual" | "drill" | "training";
                class?: "emergency" | "daily";
                eventCode?: string;
                /** @description The id of its author. */
                createdBy?: string;
                /** @description Text in its headline or texts, in any case. */
                q?: string;
                /** @description State of the review of a release by the green channel. */
                review?: "open" | "done";
                /** @description Written from this moment on. */
                from?: string;
                /** @description Written before this moment. */
                to?: string;
                /** @description Items per page, 50 by default, at most 200. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["BroadcastItem"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BroadcastDraftInput"];
                "application/cap+xml": string;
                "application/xml": components["schemas"]["BroadcastDraftInput"];
                "text/xml": components["schemas"]["BroadcastDraftInput"];
            };
        };
        responses: {
            /** @description The alert had come before, or led to no draft. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportedAlert"];
                };
            };
            /** @description The draft, or the outcome of the alert. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"] | components["schemas"]["ImportedAlert"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `cap_invalid`: The alert is not valid CAP 1.2. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `cap_not_for_broadcast`: The alert may not be broadcast to the public. `cap_expired`: The alert has expired. `cap_too_complex`: The alert takes too long to judge. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `cap_busy`: Too many large alerts are arriving at this moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The broadcast, with its targets within your limits by state and the steps that you may take. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownBroadcast"];
                    "application/cap+xml": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `cap_invalid`: The alert is not valid CAP 1.2. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_incomplete`: The broadcast lacks something that it needs. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        /** @description What is absent stays as it is; null empties a field; texts and target are replaced as a whole. With another mode, level, event code or target, texts that are the template's word for word are filled in anew unless you give them, and category and response follow the event where they came from it. */
        requestBody: {
            content: {
                "application/json": {
                    /** @description The revision that you have read. If it is no longer the present one, somebody else was faster, and the change is refused. */
                    revision: number;
                    /** @enum {string} */
                    mode?: "actual" | "drill" | "training";
                    /** @enum {string} */
                    class?: "emergency" | "daily";
                    level?: 1 | 2 | 3 | 4;
                    eventCode?: string;
                    texts?: components["schemas"]["BroadcastTextInput"][];
                    target?: components["schemas"]["BroadcastTargetInput"];
                    startsAt?: string | null;
                    expiresAt?: string | null;
                    volume?: number | null;
                    repeatCount?: number;
                    /** @enum {string} */
                    category?: "Geo" | "Met" | "Safety" | "Security" | "Rescue" | "Fire" | "Health" | "Env" | "Transport" | "Infra" | "CBRNE" | "Other";
                    /** @enum {string} */
                    urgency?: "Immediate" | "Expected" | "Future" | "Past" | "Unknown";
                    /** @enum {string} */
                    certainty?: "Observed" | "Likely" | "Possible" | "Unlikely" | "Unknown";
                    responseTypes?: ("Shelter" | "Evacuate" | "Prepare" | "Execute" | "Avoid" | "Monitor" | "Assess" | "AllClear" | "None")[];
                    senderName?: string | null;
                    contact?: string | null;
                    web?: string | null;
                    /** @description Broadcasts of the same mode whose place it takes: the platform cancels them when it is released. */
                    replaces?: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_changed`: The broadcast has been changed in the meantime. `broadcast_state`: The broadcast is not in a state that allows this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcastTemplates: {
        parameters: {
            query?: {
                eventCode?: string;
                /** @description With a level the texts are filled in. */
                level?: number;
                mode?: "actual" | "drill" | "training";
                /** @description The place that the texts name: region codes, separated by commas. */
                region?: string;
                /** @description Regions that are taken out of it, in the same way. */
                exclude?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["BroadcastTemplate"][];
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBroadcastTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BroadcastTemplateDraftInput"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnBroadcastTemplate"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_exists`: There is a template for this event and level. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example tpl-7k2m9xqd4w */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnBroadcastTemplate"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: There is no such template. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteBroadcastTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example tpl-7k2m9xqd4w */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: There is no such template. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateBroadcastTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example tpl-7k2m9xqd4w */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The version that you have read. If it is no longer the present one, somebody else was faster, and the change is refused. */
                    version: number;
                    /** @description In the order in which they are read. `{place}`, `{time}`, `{level}` and `{colour}` are filled in: in Chinese texts in Chinese, in all others in English, where `a {colour}` becomes `an orange`. */
                    texts: components["schemas"]["BroadcastTextInput"][];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnBroadcastTemplate"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: There is no such template. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_changed`: The template has been changed in the meantime. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcastTemplateVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example tpl-7k2m9xqd4w */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            version: number;
                            /** @description With `{place}`, `{time}`, `{level}` and `{colour}`, unless a level was given. */
                            texts: {
                                language: string;
                                headline: string;
                                description: string;
                                instruction?: string;
                            }[];
                            /** Format: date-time */
                            changedAt: string;
                            changedBy: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `template_not_found`: There is no such template. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submitBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                    /** @description The revision that you have read; the step is refused if it is no longer the present one. */
                    revision: number;
                    /** @description You know of the alert in `supersededBy`, and want this broadcast nevertheless. */
                    acknowledgeSuperseded?: boolean;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `application_without_owner`: The application has no owner who answers for it, so it may not submit. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. `broadcast_incomplete`: The broadcast lacks something that it needs. `broadcast_expired`: The broadcast's message has expired. `broadcast_superseded`: A later alert supersedes the broadcast. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `command_too_large`: The broadcast does not fit into one command. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                    /** @description The revision that you have read; the step is refused if it is no longer the present one. */
                    revision: number;
                    /** @description You know of the alert in `supersededBy`, and want this broadcast nevertheless. */
                    acknowledgeSuperseded?: boolean;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `application_without_owner`: The application has no owner who answers for it, so it may not submit. `own_submission`: The submitter of a broadcast may not approve it. `own_content`: The author of a broadcast's message may not approve it. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. `broadcast_incomplete`: The broadcast lacks something that it needs. `broadcast_expired`: The broadcast's message has expired. `broadcast_superseded`: A later alert supersedes the broadcast. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `command_too_large`: The broadcast does not fit into one command. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `signing_keys_missing`: This process does not have the keys by which the platform signs broadcasts. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    returnBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    /** @description The revision that you have read; the step is refused if it is no longer the present one. */
                    revision: number;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rejectBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    /** @description The revision that you have read; the step is refused if it is no longer the present one. */
                    revision: number;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                    /** @description The revision that you have read; the step is refused if it is no longer the present one. */
                    revision: number;
                    /** @description You know of the alert in `supersededBy`, and want this broadcast nevertheless. */
                    acknowledgeSuperseded?: boolean;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. `green_channel_closed`: The green channel is not for a broadcast like this. `broadcast_incomplete`: The broadcast lacks something that it needs. `broadcast_expired`: The broadcast's message has expired. `broadcast_superseded`: A later alert supersedes the broadcast. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `command_too_large`: The broadcast does not fit into one command. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `signing_keys_missing`: This process does not have the keys by which the platform signs broadcasts. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason?: string;
                    /** @description Ignored: this step is never too late. */
                    revision?: number;
                    /** @description You know of the alert in `supersededBy`, and want this broadcast nevertheless. */
                    acknowledgeSuperseded?: boolean;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                } | null;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. `broadcast_expired`: The broadcast's message has expired. `broadcast_superseded`: A later alert supersedes the broadcast. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `signing_keys_missing`: This process does not have the keys by which the platform signs broadcasts. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reviewBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    /** @description Ignored: this step is never too late. */
                    revision?: number;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `own_release`: The person who released a broadcast may not review the release. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    /** @description Ignored: this step is never too late. */
                    revision?: number;
                    /** @description A fresh code of your second factor, where the platform asks for one. */
                    code?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledBroadcast"];
                };
            };
            /** @description Cancelled; the stop is on record, and may not reach all speakers yet. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledBroadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. `second_factor_required`: This step needs a session that was opened with a second factor. `step_up_required`: This step needs a fresh code of the second factor. `second_factor_wrong`: This is not the current code, or it was used before. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_changed`: The broadcast has been changed in the meantime. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. `too_many_attempts`: Too many attempts to sign in. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcastRevisions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            revision: number;
                            /** Format: date-time */
                            at: string;
                            actor: {
                                type: string;
                                id: string | null;
                                name: string | null;
                            };
                        }[];
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastRevision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BroadcastRevision"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. `revision_not_found`: The broadcast has no such revision on record. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcastApprovers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Those who are signed in first. */
                        items: {
                            id: string;
                            name: string;
                            tenantId: string | null;
                            /** @description True when the person has a living session, to the minute. */
                            signedIn: boolean;
                        }[];
                        /** @description This person could approve too, but has to wait until then, unless another administrator confirms (`GET /v1/access/changes`). */
                        waiting: {
                            id: string;
                            name: string;
                            /** Format: date-time */
                            until: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cutBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. `alert_not_found`: No alert is kept that the broadcast was made of. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. `broadcast_superseded`: A later alert supersedes the broadcast. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followUpBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The danger is over (the follow-up is an all-clear); something was wrong, and the draft has the old text to be mended; or the danger lasts longer.
                     * @enum {string}
                     */
                    type: "all_clear" | "correction" | "extension";
                    /**
                     * Format: date-time
                     * @description Of the follow-up. Absent: 24 hours after its release; for a correction, the original's; for an extension, a day after the original's.
                     */
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description The draft. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Broadcast"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcastNotes: {
        parameters: {
            query?: {
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["BroadcastNote"][];
                        nextCursor: string | null;
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addBroadcastNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BroadcastNote"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_state`: The broadcast is not in a state that allows this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    target: components["schemas"]["BroadcastTargetInput"];
                    texts?: components["schemas"]["BroadcastTextInput"][];
                    /** @default 1 */
                    repeatCount?: number;
                    /**
                     * @description With mode and level the answer also has what it would interrupt, and who could approve it.
                     * @enum {string}
                     */
                    mode?: "actual" | "drill" | "training";
                    /**
                     * @default emergency
                     * @enum {string}
                     */
                    class?: "emergency" | "daily";
                    level?: 1 | 2 | 3 | 4;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BroadcastPreview"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The request body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewStoredBroadcast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BroadcastStoredPreview"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastAlert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/cap+xml": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. `alert_not_found`: No alert is kept that the broadcast was made of. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            step: number;
                            /** Format: date-time */
                            at: string;
                            action: string;
                            /** @description A state; null for its beginning. */
                            from: string | null;
                            /** @description A state. */
                            to: string;
                            actor: {
                                type: string;
                                id: string | null;
                                name: string | null;
                            };
                            reason: string | null;
                            details: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastFeed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The feed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/atom+xml": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK set (RFC 7517), and the same set signed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            kty: string;
                            crv: string;
                            x: string;
                            kid: string;
                            alg: string;
                            use: string;
                        }[];
                        /** @description The same keys as a compact JWS of type sbi-keyset+jwt that the root has signed; null where there is no root. */
                        signed: string | null;
                        /** @description Earlier signed sets that named roots, the oldest first, for terminals that missed them. */
                        rootChanges: string[];
                    };
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. `signing_keys_missing`: This process does not have the keys by which the platform signs broadcasts. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBroadcastTargets: {
        parameters: {
            query?: {
                /** @description States, separated by commas. */
                state?: string;
                /** @description The reason why it was refused or failed, e.g. malformed, amplifier, no_sound. */
                reason?: string;
                /**
                 * @description Speakers in this region.
                 * @example 520102
                 */
                region?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of targets; as CSV all of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["BroadcastTargetReport"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastCoverage: {
        parameters: {
            query?: {
                /** @description The level of the items. */
                level?: "province" | "city" | "county" | "township" | "village";
            };
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BroadcastCoverage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBroadcastReport: {
        parameters: {
            query?: {
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path: {
                /** @example bc-20260131-7k2m9xqd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; as CSV one row for each speaker. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BroadcastReport"];
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `broadcast_not_found`: There is no such broadcast. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description The id of a person, application or device. */
                actor?: string;
                /** @description An action, e.g. `device.update`, or the part before a dot, e.g. `device`. */
                action?: string;
                objectType?: string;
                objectId?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                from?: string;
                /** @description RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`. */
                to?: string;
                /** @description Items per page, 100 by default, at most 1000. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8. */
                bom?: "0" | "1";
                /** @description As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given. */
                timeZone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the audit; as CSV all of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditRow"][];
                        nextCursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. `invalid_cursor`: The cursor does not come from this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerCluster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What RabbitMQ wants to know. */
                question: "user" | "vhost" | "resource" | "topic";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    username: string;
                    password?: string;
                    vhost?: string;
                    /** @description Of a client over MQTT; others have none. */
                    client_id?: string;
                    resource?: string;
                    name?: string;
                    permission?: string;
                    routing_key?: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description `allow` or `deny`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                /** @description Any of reading, event, alarm, presence, device, broadcast, separated by commas. Default: all but `reading`, of which there are very many. */
                topics?: string;
                /** @description Kinds, separated by commas. */
                kind?: string;
                /** @description Region codes, separated by commas; each includes everything inside it. */
                region?: string;
                /** @description Device ids, separated by commas. */
                device?: string;
            };
            header?: {
                /** @description The id of the last event that the client saw. Later events are sent first, or an event `reset`. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The caller may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong on our side. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`: The database cannot be reached at the moment. `shutting_down`: The platform is shutting down. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
