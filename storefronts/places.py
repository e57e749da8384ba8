"""ZIP codes and where they are: what addresses are checked against and searches start from.

Reference data of the United States Postal Service's ZIP codes, the same for every exchange, from
the package ``zipcodes``; filled by a migration.
"""

from django.db import models


class ZipArea(models.Model):
    """One active ZIP code, its post office's city, and its centroid."""

    zip_code = models.CharField(max_length=5, primary_key=True)
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=2)
    county = models.CharField(max_length=60, blank=True)
    latitude = models.FloatField(help_text="Degrees north.")
    longitude = models.FloatField(help_text="Degrees east; negative in America.")

    class Meta:
        indexes = [models.Index(fields=["state", "city"], name="zip_area_by_city")]

    def __str__(self) -> str:
        return self.zip_code
