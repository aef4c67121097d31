/** Who did what to the platform: the audit trail on the topic of actions. */
package io.pairstream.curation.actions;
