"""The Delegation Tool: its searches, counts and disclaimers, and acts on delegations."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import portal.delegations.models
import portal.fields
import portal.tenancy.fields
from django.conf import settings
from django.db import migrations, models

from portal.tenancy.rls import ProtectTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('consumers', '0005_feeds_go_on'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('tenancy', '0006_enroller_portal'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DelegationRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pending_days', models.PositiveSmallIntegerField(default=14, help_text='Days after which a delegation nobody has accepted or declined expires.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)])),
                ('searches_per_person', models.PositiveSmallIntegerField(default=20, help_text='Searches one enroller may make within an hour.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)])),
                ('searches_per_organization', models.PositiveSmallIntegerField(default=200, help_text='Searches all of an agency or entity may make together within an hour.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)])),
                ('exchange', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.exchange')),
            ],
            options={
                'verbose_name': 'delegation rules',
                'verbose_name_plural': 'delegation rules',
            },
        ),
        migrations.CreateModel(
            name='DelegationRulesEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('pending_days', models.PositiveSmallIntegerField(default=14, help_text='Days after which a delegation nobody has accepted or declined expires.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)])),
                ('searches_per_person', models.PositiveSmallIntegerField(default=20, help_text='Searches one enroller may make within an hour.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)])),
                ('searches_per_organization', models.PositiveSmallIntegerField(default=200, help_text='Searches all of an agency or entity may make together within an hour.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)])),
                ('exchange', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.exchange')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='delegations.delegationrules')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DisclaimerVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('english', models.TextField(help_text='One statement a line.')),
                ('spanish', models.TextField(help_text='The same statements, to read out in Spanish.')),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('exchange', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.exchange')),
                ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='PasscodeGuard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wrong_tries', models.PositiveSmallIntegerField(default=0)),
                ('wrong_since', models.DateTimeField(help_text='When the first of them was entered.', null=True)),
                ('locked_until', models.DateTimeField(null=True)),
                ('sends', models.PositiveSmallIntegerField(default=0)),
                ('sends_since', models.DateTimeField(null=True)),
                ('consumer', portal.tenancy.fields.SameExchangeOneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='passcode_guard', to='consumers.consumer')),
                ('exchange', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.exchange')),
            ],
        ),
        migrations.CreateModel(
            name='ToolSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=portal.delegations.models.new_key, editable=False, max_length=24, unique=True)),
                ('step', models.CharField(choices=[('disclaimers', 'Disclaimers'), ('not_found', 'Not found'), ('multiple', 'Multiple cases'), ('already', 'Already delegated'), ('match', 'Match'), ('passcode_sent', 'Passcode sent'), ('delegated', 'Delegated'), ('locked', 'Locked'), ('failed', 'Failed'), ('expired', 'Expired')], default='disclaimers', max_length=14)),
                ('typed_name', portal.fields.EncryptedTextField(blank=True)),
                ('found', models.CharField(choices=[('none', 'No case'), ('one', 'One case'), ('several', 'Several cases')], max_length=8)),
                ('language', models.CharField(default='en', help_text='They were read out in it.', max_length=2)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(help_text='Fifteen minutes after the last step.')),
                ('passcode_hash', models.CharField(blank=True, max_length=64)),
                ('passcode_expires_at', models.DateTimeField(null=True)),
                ('sealed_passcode', portal.fields.EncryptedTextField(blank=True, help_text='Until the text has left; then only the hash is there.')),
                ('text_to', portal.fields.EncryptedTextField(blank=True, help_text='The number on file the text goes to; empty when another was typed.')),
                ('finished_at', models.DateTimeField(null=True)),
                ('consumer', portal.tenancy.fields.SameExchangeForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consumers.consumer')),
                ('delegation', portal.tenancy.fields.SameExchangeForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consumers.delegation')),
                ('disclaimers', portal.tenancy.fields.SameExchangeForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='delegations.disclaimerversion')),
                ('exchange', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.exchange')),
                ('organization', portal.tenancy.fields.SameExchangeForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DelegationAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accepted', 'Accepted'), ('declined', 'Declined'), ('expired', 'Expired'), ('transferred', 'Transferred'), ('ended', 'Ended'), ('added', "Added by the exchange's staff"), ('removed', "Removed by the exchange's staff")], max_length=12)),
                ('reason', portal.fields.EncryptedTextField(blank=True, help_text='In the words of whoever did it.')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delegation', portal.tenancy.fields.SameExchangeForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='consumers.delegation')),
                ('exchange', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.exchange')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['delegation', '-at'], name='delegationact_by_delegation')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegationrules',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "delegations_delegationrulesevent" ("exchange_id", "id", "pending_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "searches_per_organization", "searches_per_person") VALUES (NEW."exchange_id", NEW."id", NEW."pending_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."searches_per_organization", NEW."searches_per_person"); RETURN NULL;', hash='1501f67b5d382d444b56195d8475984c6d07b147', operation='INSERT', pgid='pgtrigger_insert_insert_c4fc9', table='delegations_delegationrules', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegationrules',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "delegations_delegationrulesevent" ("exchange_id", "id", "pending_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "searches_per_organization", "searches_per_person") VALUES (NEW."exchange_id", NEW."id", NEW."pending_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."searches_per_organization", NEW."searches_per_person"); RETURN NULL;', hash='81511d8babdb553441d680526b09d24ec988f555', operation='UPDATE', pgid='pgtrigger_update_update_5a894', table='delegations_delegationrules', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='disclaimerversion',
            constraint=models.UniqueConstraint(fields=('exchange', 'number'), name='disclaimer_number_once'),
        ),
        migrations.AddIndex(
            model_name='toolsearch',
            index=models.Index(fields=['person', '-started_at'], name='toolsearch_by_person'),
        ),
        migrations.AddIndex(
            model_name='toolsearch',
            index=models.Index(fields=['organization', '-started_at'], name='toolsearch_by_organization'),
        ),
        migrations.AddIndex(
            model_name='toolsearch',
            index=models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['exchange', 'expires_at'], name='toolsearch_open'),
        ),
        ProtectTenantTables(),
    ]
