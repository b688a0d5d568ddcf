/* SPDX-License-Identifier: EUPL-1.2 */
/* The broker as a whole: what main.c owns and report.c tells of. */
#ifndef UDVEJ_BROKER_BROKER_H
#define UDVEJ_BROKER_BROKER_H

#include "broker/relay.h"
#include "broker/zap.h"
#include "http/http.h"

struct broker {
	struct arena *arena; /* process life */
	void *context;
	struct agreement *agreement;
	bool refused; /* the newest registry file could not be used: an older one is in force */
	struct zap zap;
	struct relay relay;
	struct http_server *http;
	int signals; /* descriptor on which SIGTERM and SIGINT arrive */
};

/* --- report.c --- */

/* Answers /healthz, /readyz and /metrics; `owner` is the broker. */
void report_on_request(void *owner, struct http_request *request);
/* Does nothing: no request here outlives its call. */
void report_on_gone(void *owner, struct http_request *request);

#endif
