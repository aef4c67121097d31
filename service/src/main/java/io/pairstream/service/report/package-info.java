/**
 * What a process says of itself: its status on a topic every few seconds, the same as metrics and
 * health by HTTP. A service that reports is never held up by it.
 */
package io.pairstream.service.report;
