"""Gyro for Django."""
