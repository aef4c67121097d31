/**
 * Reports of a process on itself: status on a topic every few seconds, and the same as metrics and
 * health by HTTP. A service that reports is never held up by it.
 */
package io.pairstream.service.report;
